package io.crossclear.nodes.cli;

import io.crossclear.bridges.Receipt;
import io.crossclear.bridges.RpcPool;
import io.crossclear.bridges.SigningKey;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.nodes.client.ApiClient;
import io.crossclear.nodes.client.Authorization;
import io.crossclear.nodes.client.Signer;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.supervisor.LocalNetworkException;
import io.crossclear.nodes.supervisor.NetworkKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts tokens into a vault and waits until the account has them. */
@Command(
    name = "deposit",
    description = {
      "Puts tokens into the vault of a chain for one's account, and waits until it is credited.",
      "A --dev user of a local network is given tokens and gas by its faucet where they are missing."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  crossclear deposit 1000 --asset USDC --chain aster --dev 1",
      "  crossclear deposit 0.5 --asset ETH --chain 31002 --key alice --rpc http://127.0.0.1:8546"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it is credited, or included with --no-wait",
      "1:it failed, or is not credited yet; the text says which",
      "2:an option or argument is unknown or missing"
    })
final class Deposit implements Callable<Integer> {

  private static final BigInteger GAS = BigInteger.TEN.pow(16);
  private static final BigInteger GAS_GIFT = BigInteger.TEN.pow(18);
  private static final long LOOK_AGAIN_MILLIS = 250;

  @Mixin private Api api = new Api();
  @Mixin private Owner owner = new Owner();

  @Parameters(paramLabel = "AMOUNT", description = "How much, such as 1000 or 0.5.")
  private String amount = "";

  @Option(
      names = "--asset",
      required = true,
      paramLabel = "SYMBOL",
      description = "What is deposited.")
  private String asset = "";

  @Option(
      names = "--chain",
      required = true,
      paramLabel = "CHAIN",
      description = "Name or number of the chain where the tokens are.")
  private String chain = "";

  @Option(
      names = "--account",
      paramLabel = "POOL/INDEX",
      defaultValue = "1/0",
      description = "The owner's account to credit (default: ${DEFAULT-VALUE}).")
  private String account = "1/0";

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description = "Provider of the chain; may be repeated (default: the local network's).")
  private List<URI> rpc = List.of();

  @Option(names = "--no-wait", description = "Return when the transaction is included.")
  private boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "How long to wait until it is credited (default: ${DEFAULT-VALUE}).")
  private int timeout = 180;

  /**
   * What the command answers.
   *
   * @param balance units after it was credited
   */
  private record Deposited(
      Hash transaction,
      long blockNumber,
      AccountId account,
      Asset asset,
      long units,
      boolean credited,
      long balance) {}

  @Override
  public Integer call() throws Exception {
    return api.run(
        () -> {
          try (ApiClient client = api.client()) {
            return deposit(client);
          }
        });
  }

  private int deposit(ApiClient client) throws Exception {
    Genesis genesis = Signer.genesis(client);
    AssetConfig known = Owner.asset(genesis, asset);
    VaultConfig vault = Owner.vault(genesis, chain);
    TokenConfig token =
        vault
            .token(known.asset())
            .orElseThrow(
                () -> new IllegalArgumentException(vault.chainName() + " does not carry " + asset));
    long units = Units.parse(amount, known.decimals());
    BigInteger base = BigInteger.valueOf(units).multiply(token.quantum(known.decimals()));
    SigningKey key = owner.unlock(api.folder(), genesis);
    Signer signer = new Signer(genesis, key);
    AccountId named = Owner.account(account, signer.address());
    if (!named.owner().equals(signer.address())) {
      throw new IllegalArgumentException("The account " + named + " belongs to somebody else.");
    }
    AccountId credited = credited(genesis, named, known.asset());
    String amountText = AccountCommand.amount(genesis, known.asset(), units);
    Authorization read = AccountCommand.read(api, signer, credited);
    long markBefore = mark(client.account(credited, read), vault);
    Receipt receipt;
    try (RpcPool pool = new RpcPool(vault.id(), providers(vault))) {
      WalletTransactions wallet = new WalletTransactions(pool, key);
      if (owner.playing()) {
        fund(pool, wallet, token.token(), base);
      }
      api.say(
          "Sending on %s: let the vault %s spend %s base units of token %s, then deposit them for %s."
              .formatted(vault.chainName(), vault.id().address(), base, token.token(), named));
      receipt = wallet.deposit(token.token(), base, named.word());
    }
    api.say(
        "Included in block " + receipt.blockNumber() + " by " + receipt.transactionHash() + ".");
    if (noWait) {
      api.answer(
          new Deposited(
              receipt.transactionHash(),
              receipt.blockNumber(),
              credited,
              known.asset(),
              units,
              false,
              0),
          "Deposited " + amountText + "; it is credited when the block is final.");
      return 0;
    }
    Answers.Account after =
        awaitCredit(client, vault, credited, read, markBefore, receipt.blockNumber());
    long balance = after.units(known.asset());
    api.answer(
        new Deposited(
            receipt.transactionHash(),
            receipt.blockNumber(),
            credited,
            known.asset(),
            units,
            true,
            balance),
        "Credited "
            + amountText
            + " to "
            + credited
            + "; it has "
            + AccountCommand.amount(genesis, known.asset(), balance)
            + ".");
    return 0;
  }

  /**
   * Where the ledger puts it: what the named pool does not accept goes to the owner's unassigned
   * account.
   */
  private static AccountId credited(Genesis genesis, AccountId named, Asset asset) {
    boolean accepted =
        genesis.pool(named.pool()).filter(pool -> pool.accepts().contains(asset)).isPresent();
    return accepted ? named : named.unassigned();
  }

  private List<URI> providers(VaultConfig vault) {
    if (!rpc.isEmpty()) {
      return rpc;
    }
    return api.network
        .network()
        .state()
        .flatMap(state -> state.service(vault.chainName()))
        .map(service -> List.of(URI.create(service.url())))
        .orElseThrow(
            () ->
                new LocalNetworkException(
                    "No local chain " + vault.chainName() + "; name a provider with --rpc URL."));
  }

  /** The faucet's gifts to a user of a local network. */
  private void fund(RpcPool pool, WalletTransactions wallet, Address token, BigInteger needed)
      throws IOException {
    Path faucet = api.network.network().keys().faucetFile();
    if (Files.notExists(faucet)) {
      return;
    }
    WalletTransactions giver = new WalletTransactions(pool, NetworkKeys.read(faucet));
    if (wallet.nativeBalance().compareTo(GAS) < 0) {
      api.say("The faucet pays for gas.");
      giver.pay(wallet.address(), GAS_GIFT);
    }
    BigInteger missing = needed.subtract(wallet.tokenBalance(token));
    if (missing.signum() > 0) {
      api.say("The faucet mints " + missing + " base units.");
      giver.mint(token, wallet.address(), missing);
    }
  }

  private static long mark(Answers.Account account, VaultConfig vault) {
    return account.deposits().stream()
        .filter(mark -> mark.chainId() == vault.id().chainId())
        .mapToLong(Answers.DepositMark::sequence)
        .max()
        .orElse(0);
  }

  private Answers.Account awaitCredit(
      ApiClient client,
      VaultConfig vault,
      AccountId credited,
      Authorization read,
      long markBefore,
      long block)
      throws InterruptedException {
    long end = System.nanoTime() + timeout * 1_000_000_000L;
    long told = -1;
    while (true) {
      Answers.Account now = client.account(credited, read);
      long height = now.asOf().chainHeights().getOrDefault(vault.id().chainId(), 0L);
      if (height != told) {
        told = height;
        api.say("  block " + Math.min(height, block) + " of " + block + " is final");
      }
      if (height >= block && mark(now, vault) > markBefore) {
        return now;
      }
      if (System.nanoTime() > end) {
        throw new LocalNetworkException(
            "Not credited yet; it will be once block " + block + " is final.");
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
  }
}
