package io.crossclear.nodes;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.crossclear.actors.MarginAccountActor;
import io.crossclear.actors.TransferActor;
import io.crossclear.actors.TreasuryActor;
import io.crossclear.bridges.Anvil;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.ChainBridgeActor;
import io.crossclear.bridges.LocalDeployment;
import io.crossclear.bridges.RpcPool;
import io.crossclear.bridges.SigningKey;
import io.crossclear.bridges.WalletTransactions;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.supervisor.GenesisFile;
import io.crossclear.persistence.PostgresServer;
import io.crossclear.persistence.PostgresSettings;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Three real chains, a real PostgreSQL and whatever nodes a test starts on them. Blocks come every
 * 150 milliseconds and are final two blocks later; chain time runs faster than the clock.
 */
public final class LocalStack implements AutoCloseable {

  public static final Asset USDC = new Asset("USDC");
  public static final Asset ETH = new Asset("ETH");
  static final Duration ASK = Duration.ofSeconds(1);
  private static final BigInteger ETHER = BigInteger.TEN.pow(18);
  private static final long USDC_CAP = 1L << 58;

  /** One chain of the stack. */
  public record Chain(Anvil anvil, LocalDeployment deployment, VaultConfig vault, RpcPool pool) {}

  private final ScheduledExecutorService miner = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong nonces = new AtomicLong(1);
  private final List<SigningKey> attesters =
      LongStream.range(0, 4)
          .mapToObj(i -> SigningKey.derive("attester", i))
          .sorted(Comparator.comparing(SigningKey::address))
          .toList();
  private final PostgresSettings database = PostgresServer.shared().freshDatabase();
  final List<Chain> chains = new ArrayList<>();
  final Genesis genesis;

  /** Starts the chains with a vault on each. */
  public LocalStack() {
    List<AssetConfig> assets =
        List.of(new AssetConfig(USDC, 6, 1_000_000), new AssetConfig(ETH, 8, 1));
    for (long chainId : new long[] {31_001, 31_002, 31_003}) {
      Anvil anvil = Anvil.start(chainId, Optional.empty(), 1);
      LocalDeployment deployment = LocalDeployment.connect(anvil.uri());
      Address usdc = deployment.deployToken("Test dollar", "USDC", 6);
      Address weth = deployment.deployToken("Test ether", "WETH", 18);
      VaultConfig vault =
          deployment.deployVault(
              "chain-" + chainId,
              List.of(
                  new TokenConfig(
                      USDC, usdc, 6, 1, USDC_CAP, 1_000_000_000_000L, 1_000_000_000_000L),
                  new TokenConfig(
                      ETH, weth, 18, 1, USDC_CAP, 1_000_000_000_000L, 1_000_000_000_000L)),
              assets,
              attesters.stream().map(SigningKey::address).toList(),
              3);
      deployment.fund(relayer(chainId).address(), ETHER.multiply(BigInteger.TEN));
      chains.add(
          new Chain(anvil, deployment, vault, new RpcPool(vault.id(), List.of(anvil.uri()))));
    }
    genesis =
        new Genesis(
            "test",
            new BouncyKeccak()
                .hash(database.database().getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            assets,
            List.of(new PoolConfig(1, "main", List.of(USDC, ETH))),
            chains.stream().map(Chain::vault).toList());
    miner.scheduleAtFixedRate(
        () -> chains.forEach(chain -> chain.anvil().mine(1)), 150, 150, TimeUnit.MILLISECONDS);
  }

  private static SigningKey relayer(long chainId) {
    return SigningKey.derive("relayer", chainId);
  }

  /** Settings of a node on this stack, alone in its cluster. */
  NodeSettings settings(Config extra) {
    int port = freePort();
    Config config =
        extra
            .withFallback(PostgresServer.config(database))
            .withFallback(
                ConfigFactory.parseMap(
                    Map.of(
                        "crossclear.cluster.port",
                        port,
                        "crossclear.nudge-every",
                        "1s",
                        "pekko.cluster.seed-nodes",
                        List.of("pekko://crossclear@127.0.0.1:" + port))))
            .withFallback(ConfigFactory.parseResources("crossclear-node.conf"))
            .withFallback(ConfigFactory.defaultReferenceUnresolved())
            .resolve();
    List<NodeSettings.ChainSettings> ways = new ArrayList<>();
    for (Chain chain : chains) {
      long chainId = chain.vault().id().chainId();
      List<URI> rpc = List.of(chain.anvil().uri());
      ways.add(
          new NodeSettings.ChainSettings(chainId, Duration.ofMillis(300), rpc, relayer(chainId)));
    }
    return new NodeSettings(config, genesis, ways, attesters, Optional.empty());
  }

  /**
   * A file that a node in a process of its own is started with; keys and genesis are written beside
   * it.
   */
  Path configFile(Path folder, int httpPort) throws IOException {
    int port = freePort();
    GenesisFile.write(folder.resolve("genesis.json"), genesis);
    StringBuilder ways = new StringBuilder();
    for (Chain chain : chains) {
      long chainId = chain.vault().id().chainId();
      Path key =
          Files.writeString(folder.resolve("relayer-" + chainId), relayer(chainId).revealHex());
      ways.append(
          "{chain-id = %d, block-time = 300ms, rpc = [\"%s\"], relayer-key-file = \"%s\"}\n"
              .formatted(chainId, chain.anvil().uri(), key));
    }
    List<String> attesterFiles = new ArrayList<>();
    for (SigningKey attester : attesters) {
      Path file = folder.resolve("attester-" + attesterFiles.size());
      attesterFiles.add("\"" + Files.writeString(file, attester.revealHex()) + "\"");
    }
    return Files.writeString(
        folder.resolve("node.conf"),
        """
        crossclear {
          genesis = "%s"
          http.port = %d
          cluster { port = %d, seeds = ["127.0.0.1:%d"] }
          postgres { host = 127.0.0.1, port = %d, database = %s, user = %s, password = "%s" }
          chains = [%s]
          attester-key-files = %s
        }
        """
            .formatted(
                folder.resolve("genesis.json"),
                httpPort,
                port,
                port,
                database.port(),
                database.database(),
                database.user(),
                database.password(),
                ways,
                attesterFiles));
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A node on this stack. */
  public ClearingNode node(Config extra) {
    return ClearingNode.start(settings(extra));
  }

  /** A user with a million of each token and gas on a chain. */
  public WalletTransactions wallet(Chain chain, SigningKey user) {
    chain.deployment().fund(user.address(), ETHER);
    for (TokenConfig token : chain.vault().tokens()) {
      BigInteger million =
          BigInteger.TEN.pow(token.decimals()).multiply(BigInteger.valueOf(1_000_000));
      chain.deployment().mint(token.token(), user.address(), million);
    }
    return new WalletTransactions(chain.pool(), user);
  }

  /** Base units of so many ledger units. */
  BigInteger base(Chain chain, Asset asset, long units) {
    int decimals = genesis.asset(asset).orElseThrow().decimals();
    return chain
        .vault()
        .token(asset)
        .orElseThrow()
        .quantum(decimals)
        .multiply(BigInteger.valueOf(units));
  }

  Address token(Chain chain, Asset asset) {
    return chain.vault().token(asset).orElseThrow().token();
  }

  /** What the vault holds in final truth and right now, in ledger units. */
  long vaultUnits(Chain chain, Asset asset) {
    return held(chain, asset, chain.vault().id().address());
  }

  long held(Chain chain, Asset asset, Address holder) {
    long head = Long.decode(chain.anvil().rpc("eth_blockNumber").asText());
    BigInteger balance = join(chain.pool().tokenBalance(token(chain, asset), holder, head));
    return balance.divide(base(chain, asset, 1)).longValueExact();
  }

  /** A nonce that nobody used. */
  long nonce() {
    return nonces.incrementAndGet();
  }

  <A extends UserAction> SignedAction<A> sign(ActionVerifier verifier, SigningKey user, A action) {
    var vault = chains.getFirst().vault().id();
    Hash digest =
        verifier.typedData(action, vault.chainId(), vault.address()).digest(verifier.keccak());
    return new SignedAction<>(action, vault.chainId(), vault.address(), user.sign(digest));
  }

  static long deadline() {
    return System.currentTimeMillis() / 1000 + 3600;
  }

  MarginAccount account(ClearingNode node, AccountId id) {
    return join(node.entities()
            .account(id)
            .<MarginAccountActor.View>ask(MarginAccountActor.Get::new, ASK))
        .account();
  }

  Treasury treasury(ClearingNode node) {
    return join(node.entities().treasury().<TreasuryActor.View>ask(TreasuryActor.Get::new, ASK))
        .treasury();
  }

  TransferActor.Status transfer(ClearingNode node, SignedAction<UserAction.Transfer> signed) {
    Hash id = node.verifier().verify(signed).digest();
    return join(
        node.entities()
            .transfer(id)
            .<TransferActor.Status>ask(replyTo -> new TransferActor.Request(signed, replyTo), ASK));
  }

  ChainBridgeActor.WithdrawalStatus withdraw(
      ClearingNode node, Chain chain, SignedAction<UserAction.Withdraw> signed) {
    Hash id = node.verifier().verify(signed).digest();
    return join(
        node.bridges()
            .bridge(chain.vault().id())
            .<ChainBridgeActor.WithdrawalStatus>ask(
                replyTo -> new ChainBridgeActor.RequestWithdrawal(id, signed, replyTo), ASK));
  }

  ChainBridgeActor.WithdrawalStatus withdrawal(ClearingNode node, Chain chain, Hash id) {
    return join(
        node.bridges()
            .bridge(chain.vault().id())
            .<ChainBridgeActor.WithdrawalStatus>ask(
                replyTo -> new ChainBridgeActor.GetWithdrawal(id, replyTo), ASK));
  }

  /** Between two looks at a condition. */
  static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  @Override
  public void close() {
    miner.shutdownNow();
    chains.forEach(
        chain -> {
          chain.pool().close();
          chain.deployment().close();
          chain.anvil().close();
        });
  }
}
