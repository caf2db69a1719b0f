package io.crossclear.nodes.cli;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.Answers;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves units between two accounts of one owner. */
@Command(
    name = "transfer",
    description = "Moves an amount between two accounts of one owner.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  crossclear transfer 100 --asset USDC --from 1/0 --to 1/1 --dev 1"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has arrived",
      "1:it was refused",
      "2:an option or argument is unknown or missing"
    })
final class Transfer implements Callable<Integer> {

  @Mixin private Api api = new Api();
  @Mixin private Owner owner = new Owner();

  @Parameters(paramLabel = "AMOUNT", description = "How much, such as 250.5.")
  private String amount = "";

  @Option(names = "--asset", required = true, paramLabel = "SYMBOL", description = "What is moved.")
  private String asset = "";

  @Option(
      names = "--from",
      paramLabel = "POOL/INDEX",
      defaultValue = "1/0",
      description = "The account that gives (default: ${DEFAULT-VALUE}).")
  private String from = "1/0";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "POOL/INDEX",
      description = "The owner's account that takes.")
  private String to = "";

  @Override
  public Integer call() throws Exception {
    return api.run(
        () -> {
          try (ApiClient client = api.client()) {
            return transfer(client);
          }
        });
  }

  private int transfer(ApiClient client) throws Exception {
    Genesis genesis = Signer.genesis(client);
    AssetConfig known = Owner.asset(genesis, asset);
    long units = Units.parse(amount, known.decimals());
    Signer signer = new Signer(genesis, owner.unlock(api.folder(), genesis));
    AccountId giver = Owner.account(from, signer.address());
    AccountId taker = Owner.account(to, signer.address());
    SignedAction<UserAction.Transfer> signed = signer.transfer(giver, taker, known.asset(), units);
    api.show(
        signer.typedData(
            signed.action(), new VaultId(signed.chainId(), signed.verifyingContract())),
        AccountCommand.amount(genesis, known.asset(), units) + " from " + from + " to " + to);
    Answers.Transfer arrived =
        api.sent(signer.id(signed), signed.action().deadline(), () -> client.transfer(signed));
    api.answer(
        arrived,
        "Moved "
            + AccountCommand.amount(genesis, known.asset(), units)
            + " as "
            + arrived.id()
            + ".");
    return 0;
  }
}
