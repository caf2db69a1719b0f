package io.crossclear.nodes.cli;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.Answers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks into an account. */
@Command(
    name = "account",
    description = "Shows an account, or what could be withdrawn from it.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {AccountCommand.Show.class, AccountCommand.QuoteCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  crossclear account show --dev 1",
      "  crossclear account quote --dev 1 --asset USDC --to-chain borea"
    })
final class AccountCommand implements Callable<Integer> {

  private static final Duration LOOK = Duration.ofMinutes(5);

  @Override
  public Integer call() {
    picocli.CommandLine.usage(this, System.out);
    return 2;
  }

  /** Leave to read, after showing what is signed for it. */
  static Authorization read(Api api, Signer signer, AccountId account) {
    UserAction.Read action =
        new UserAction.Read(
            account.word(), Address.ZERO, Instant.now().plus(LOOK).getEpochSecond());
    var domain = signer.vaultOn(0);
    api.show(
        signer.typedData(action, domain),
        "whoever has this signature can read the account for 5 minutes");
    return Authorization.of(signer.sign(action, domain));
  }

  static String amount(Genesis genesis, Asset asset, long units) {
    int decimals = genesis.asset(asset).map(AssetConfig::decimals).orElse(0);
    return Units.format(units, decimals) + " " + asset;
  }

  private static String chain(Genesis genesis, long chainId) {
    return genesis.vaultOn(chainId).map(VaultConfig::chainName).orElse(Long.toString(chainId));
  }

  /** Balances and what is under way. */
  @Command(
      name = "show",
      description = "Shows balances, where they came in, and what is under way.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  crossclear account show --dev 1",
        "  crossclear account show --key alice --account 1/3 --json"
      })
  static final class Show implements Callable<Integer> {
    @Mixin private Api api = new Api();
    @Mixin private Owner owner = new Owner();

    @Option(
        names = "--account",
        paramLabel = "POOL/INDEX",
        defaultValue = "1/0",
        description = "The owner's account (default: ${DEFAULT-VALUE}).")
    private String account = "1/0";

    @Override
    public Integer call() throws Exception {
      return api.run(
          () -> {
            try (ApiClient client = api.client()) {
              Genesis genesis = Signer.genesis(client);
              Signer signer = new Signer(genesis, owner.unlock(api.folder(), genesis));
              AccountId id = Owner.account(account, signer.address());
              Answers.Account answer = client.account(id, read(api, signer, id));
              api.answer(answer, text(genesis, answer));
              return 0;
            }
          });
    }

    private static String text(Genesis genesis, Answers.Account account) {
      StringBuilder text = new StringBuilder(String.format("account  %s%n", account.account()));
      text.append(String.format("owner    %s%n", account.owner()));
      if (account.balances().isEmpty()) {
        text.append("balance  nothing");
      }
      for (Answers.Balance balance : account.balances()) {
        text.append(
            String.format("balance  %s%n", amount(genesis, balance.asset(), balance.units())));
        for (Answers.ChainUnits imported : balance.imports()) {
          text.append(
              String.format(
                  "         %s came in through %s%n",
                  amount(genesis, balance.asset(), imported.units()),
                  chain(genesis, imported.chainId())));
        }
      }
      for (Answers.Reservation payout : account.withdrawals()) {
        text.append(
            String.format(
                "paying   %s to %s on %s  %s%n",
                amount(genesis, payout.asset(), payout.units()),
                payout.to(),
                chain(genesis, payout.toChain()),
                payout.id()));
      }
      for (Answers.Outgoing transfer : account.transfers()) {
        text.append(
            String.format(
                "moving   %s to %s  %s%n",
                amount(genesis, transfer.asset(), transfer.units()), transfer.to(), transfer.id()));
      }
      return text.toString().stripTrailing();
    }
  }

  /** What could leave. */
  @Command(
      name = "quote",
      description = "Says how much could be withdrawn to a chain right now, and what limits it.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {"  crossclear account quote --dev 1 --asset USDC --to-chain borea"})
  static final class QuoteCommand implements Callable<Integer> {
    @Mixin private Api api = new Api();
    @Mixin private Owner owner = new Owner();

    @Option(
        names = "--account",
        paramLabel = "POOL/INDEX",
        defaultValue = "1/0",
        description = "The owner's account (default: ${DEFAULT-VALUE}).")
    private String account = "1/0";

    @Option(
        names = "--asset",
        required = true,
        paramLabel = "SYMBOL",
        description = "What to withdraw.")
    private String asset = "";

    @Option(
        names = "--to-chain",
        required = true,
        paramLabel = "CHAIN",
        description = "Name or number of the chain that would pay.")
    private String toChain = "";

    @Override
    public Integer call() throws Exception {
      return api.run(
          () -> {
            try (ApiClient client = api.client()) {
              Genesis genesis = Signer.genesis(client);
              Signer signer = new Signer(genesis, owner.unlock(api.folder(), genesis));
              AccountId id = Owner.account(account, signer.address());
              AssetConfig known = Owner.asset(genesis, asset);
              VaultConfig vault = Owner.vault(genesis, toChain);
              Answers.WithdrawalQuote quote =
                  client.quote(id, known.asset(), vault.id().chainId(), read(api, signer, id));
              api.answer(quote, text(genesis, quote));
              return 0;
            }
          });
    }

    private static String text(Genesis genesis, Answers.WithdrawalQuote quote) {
      return String.format(
          "withdrawable  %s to %s%s%n"
              + "balance       %s%n"
              + "own import    %s%n"
              + "export limit  %s%n"
              + "vault         %s",
          amount(genesis, quote.asset(), quote.withdrawable()),
          chain(genesis, quote.toChain()),
          quote.limitedBy().map(code -> ", limited by " + code).orElse(""),
          amount(genesis, quote.asset(), quote.balance()),
          amount(genesis, quote.asset(), quote.own()),
          amount(genesis, quote.asset(), quote.exportable()),
          amount(genesis, quote.asset(), quote.vaultUnits()));
    }
  }
}
