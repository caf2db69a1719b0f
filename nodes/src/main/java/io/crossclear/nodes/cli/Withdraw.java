package io.crossclear.nodes.cli;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.Answers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pays out of an account to an address on a chain. */
@Command(
    name = "withdraw",
    description = "Pays out of an account to an address on any chain, and waits until it is paid.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  crossclear withdraw 250.5 --asset USDC --to-chain borea --dev 1",
      "  crossclear withdraw 1 --asset ETH --to-chain 31001 --to 0x00000000000000000000000000000000000000aa --key alice --no-wait"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it is paid, or taken with --no-wait",
      "1:it was refused, or is not paid yet; the text says which",
      "2:an option or argument is unknown or missing"
    })
final class Withdraw implements Callable<Integer> {

  @Mixin private Api api = new Api();
  @Mixin private Owner owner = new Owner();

  @Parameters(paramLabel = "AMOUNT", description = "How much, such as 250.5.")
  private String amount = "";

  @Option(names = "--asset", required = true, paramLabel = "SYMBOL", description = "What is paid.")
  private String asset = "";

  @Option(
      names = "--to-chain",
      required = true,
      paramLabel = "CHAIN",
      description = "Name or number of the chain that pays.")
  private String toChain = "";

  @Option(names = "--to", paramLabel = "ADDRESS", description = "Who is paid (default: the owner).")
  private Optional<String> to = Optional.empty();

  @Option(
      names = "--account",
      paramLabel = "POOL/INDEX",
      defaultValue = "1/0",
      description = "The owner's account (default: ${DEFAULT-VALUE}).")
  private String account = "1/0";

  @Option(names = "--no-wait", description = "Return when account and treasury have taken it.")
  private boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "How long to wait until it is paid (default: ${DEFAULT-VALUE}).")
  private int timeout = 180;

  @Override
  public Integer call() throws Exception {
    return api.run(
        () -> {
          try (ApiClient client = api.client()) {
            return withdraw(client);
          }
        });
  }

  private int withdraw(ApiClient client) throws Exception {
    Genesis genesis = Signer.genesis(client);
    AssetConfig known = Owner.asset(genesis, asset);
    VaultConfig vault = Owner.vault(genesis, toChain);
    long units = Units.parse(amount, known.decimals());
    Signer signer = new Signer(genesis, owner.unlock(api.folder(), genesis));
    AccountId id = Owner.account(account, signer.address());
    Address recipient = to.map(Address::new).orElseGet(signer::address);
    SignedAction<UserAction.Withdraw> signed =
        signer.withdraw(id, known.asset(), units, vault.id().chainId(), recipient);
    api.show(
        signer.typedData(signed.action(), vault.id()),
        AccountCommand.amount(genesis, known.asset(), units)
            + " to "
            + recipient
            + " on "
            + vault.chainName());
    Answers.Withdrawal taken =
        api.sent(signer.id(signed), signed.action().deadline(), () -> client.withdraw(signed));
    api.say("Taken as " + taken.id() + ".");
    Answers.Withdrawal last =
        noWait
            ? taken
            : client.awaitWithdrawal(
                vault.id().chainId(),
                taken.id(),
                Duration.ofSeconds(timeout),
                stage -> api.say("  " + stage.stage()));
    api.answer(last, text(last));
    return last.stage().equals("REFUSED") ? 1 : 0;
  }

  private static String text(Answers.Withdrawal withdrawal) {
    if (withdrawal.payout().isPresent()) {
      Answers.Payout payout = withdrawal.payout().get();
      return "Paid by transaction "
          + payout.transactionHash()
          + " in block "
          + payout.blockNumber()
          + ".";
    }
    return withdrawal.stage()
        + withdrawal.refusal().map(code -> ", " + code).orElse("")
        + (withdrawal.bridgeHalted() ? ", and its bridge has stopped" : "")
        + ": "
        + withdrawal.id();
  }
}
