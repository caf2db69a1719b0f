package io.crossclear.bridges;

import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import okhttp3.OkHttpClient;

/**
 * The fixed RPC providers of one chain, read as one. Every question goes to all of them; a value
 * counts when a quorum gives it, a height when a quorum reaches it. A provider that fails, lies,
 * omits or is behind is out-voted and counted.
 *
 * <p>Each provider's chain id is checked before its first answer counts. Headers prove their own
 * hash. Logs are read only up to what the same provider calls finalised, in chunks that are halved
 * when a provider finds them too large, and each must stand in the block that the provider shows at
 * that height.
 *
 * <p>Caveats: a quorum that lies together is believed, so providers should have different
 * operators. State at old blocks needs providers that keep it.
 */
public final class RpcPool implements ChainReader, ChainWriter, AutoCloseable {

  /** Logs that one question may return; ask for fewer blocks when it is reached. */
  static final int MOST_LOGS = 200_000;

  private static final Keccak KECCAK = new BouncyKeccak();
  private static final BigInteger LEAST_TIP = BigInteger.valueOf(1_000_000);
  private static final String HEAD = "latest";

  /**
   * How a pool asks.
   *
   * @param quorum providers that must agree, more than half of all
   * @param timeout of one RPC call
   * @param grace how long heights and estimates wait for the remaining providers after a quorum has
   *     answered
   * @param logRange blocks in one request for logs at most, at least 1
   * @param verifiableHeaders whether the chain's block hash is keccak256 of its RLP header, as on
   *     Ethereum and the OP and Arbitrum stacks; false trusts the quorum for it
   */
  public record Settings(
      int quorum, Duration timeout, Duration grace, int logRange, boolean verifiableHeaders) {

    /** Two thirds rounded up, 10 seconds, 250 milliseconds, 2000 blocks, verifiable. */
    public static Settings forProviders(int providers) {
      return new Settings(
          Math.ceilDiv(2 * providers, 3),
          Duration.ofSeconds(10),
          Duration.ofMillis(250),
          2_000,
          true);
    }

    /** The same with another quorum. */
    public Settings withQuorum(int newQuorum) {
      return new Settings(newQuorum, timeout, grace, logRange, verifiableHeaders);
    }

    /** The same with another timeout. */
    public Settings withTimeout(Duration newTimeout) {
      return new Settings(quorum, newTimeout, grace, logRange, verifiableHeaders);
    }

    /** The same with another range of blocks in one request for logs. */
    public Settings withLogRange(int blocks) {
      return new Settings(quorum, timeout, grace, blocks, verifiableHeaders);
    }

    /** The same for a chain with its own way of hashing headers. */
    public Settings withoutVerifiableHeaders() {
      return new Settings(quorum, timeout, grace, logRange, false);
    }
  }

  /**
   * What one provider did since the pool was made.
   *
   * @param provider its address without keys
   * @param failed unanswered, malformed or inconsistent
   * @param outvoted answered something else than the quorum, or was below its height
   * @param finalizedHeight last reported, −1 before the first
   */
  public record ProviderStatus(
      String provider, long answered, long failed, long outvoted, long finalizedHeight) {}

  private record Height(RpcProvider provider, long number) {}

  private final VaultId vault;
  private final Settings settings;
  private final OkHttpClient client;
  private final ExecutorService executor;
  private final Quorum quorum;

  /** A pool with the usual settings. */
  public RpcPool(VaultId vault, List<URI> urls) {
    this(vault, urls, Settings.forProviders(urls.size()));
  }

  /**
   * Connects to nothing yet.
   *
   * @throws IllegalArgumentException when there is no provider, one is named twice, or the quorum
   *     is not more than half of them
   */
  public RpcPool(VaultId vault, List<URI> urls, Settings settings) {
    if (urls.isEmpty() || new HashSet<>(urls).size() != urls.size()) {
      throw new IllegalArgumentException("a pool needs at least one provider and each only once");
    }
    if (settings.quorum() > urls.size() || 2 * settings.quorum() <= urls.size()) {
      throw new IllegalArgumentException(
          "a quorum of "
              + settings.quorum()
              + " is not more than half of "
              + urls.size()
              + " providers");
    }
    if (settings.logRange() < 1) {
      throw new IllegalArgumentException("logs need a range of at least 1 block");
    }
    this.vault = vault;
    this.settings = settings;
    this.client =
        new OkHttpClient.Builder()
            .callTimeout(settings.timeout())
            .connectTimeout(settings.timeout())
            .readTimeout(settings.timeout())
            .writeTimeout(settings.timeout())
            .followRedirects(false)
            .addInterceptor(RpcProvider.SIZE_LIMIT)
            .build();
    this.executor = Executors.newVirtualThreadPerTaskExecutor();
    List<RpcProvider> providers =
        urls.stream().map(url -> new RpcProvider(url, vault.chainId(), client)).toList();
    this.quorum = new Quorum(providers, settings.quorum(), settings.grace(), executor);
  }

  /** The vault whose logs these are. */
  public VaultId vault() {
    return vault;
  }

  /** Counters per provider, in the order of the configuration. */
  public List<ProviderStatus> providers() {
    return quorum.providers().stream().map(RpcProvider::status).toList();
  }

  // reading

  @Override
  public CompletionStage<BlockRef> finalized() {
    return quorum
        .gathered(
            on("finalised height"), provider -> new Height(provider, finalizedHeight(provider)))
        .thenCompose(
            heights -> {
              long agreed = reachedByQuorum(heights, Height::number);
              for (Height height : heights) {
                if (height.number() < agreed) {
                  height.provider().countOutvoted();
                }
              }
              return block(agreed);
            });
  }

  private static long finalizedHeight(RpcProvider provider) {
    RpcReply block = provider.call("eth_getBlockByNumber", "finalized", false);
    if (block.isAbsent()) {
      throw new ChainException("knows no finalised block");
    }
    long height = block.field("number").number();
    provider.sawFinalized(height);
    return height;
  }

  @Override
  public CompletionStage<BlockRef> block(long number) {
    return quorum.agreed(on("block " + number), provider -> header(provider, number));
  }

  private BlockRef header(RpcProvider provider, long number) {
    RpcReply block = provider.call("eth_getBlockByNumber", hex(number), false);
    if (block.isAbsent()) {
      throw new ChainException("has no block " + number);
    }
    BlockHeader header = new BlockHeader(block);
    BlockRef ref = header.ref();
    if (ref.number() != number) {
      throw new ChainException("answered block " + ref.number() + " when asked for " + number);
    }
    if (settings.verifiableHeaders() && !header.computedHash(KECCAK).equals(ref.hash())) {
      throw new ChainException("the header of block " + number + " does not hash to " + ref.hash());
    }
    return ref;
  }

  @Override
  public CompletionStage<VaultLogs> vaultLogs(long fromBlock, long toBlock) {
    if (fromBlock < 0 || toBlock < fromBlock) {
      throw new IllegalArgumentException("no range of blocks: " + fromBlock + " to " + toBlock);
    }
    return quorum.agreed(
        on("vault logs of blocks " + fromBlock + " to " + toBlock),
        provider -> {
          long height = finalizedHeight(provider);
          if (height < toBlock) {
            throw new ChainException("calls only block " + height + " finalised");
          }
          List<LogEntry> entries = entries(provider, fromBlock, toBlock);
          requireCanonical(provider, entries);
          return VaultAbi.decode(vault.address(), entries);
        });
  }

  private List<LogEntry> entries(RpcProvider provider, long fromBlock, long toBlock) {
    List<LogEntry> entries = new ArrayList<>();
    long next = fromBlock;
    long span = settings.logRange();
    while (next <= toBlock) {
      long last = next + Math.min(span - 1, toBlock - next);
      try {
        chunk(provider, next, last, entries);
        next = last + 1;
        span = Math.min(settings.logRange(), span * 2);
      } catch (RpcRefusal refusal) {
        if (!refusal.isTooMuch() || last == next) {
          throw refusal;
        }
        span = Math.max(1, (last - next + 1) / 2);
      }
    }
    return entries;
  }

  private void chunk(RpcProvider provider, long first, long last, List<LogEntry> entries) {
    List<String> kinds =
        List.of(VaultAbi.DEPOSIT.hex(), VaultAbi.SETTLED.hex(), VaultAbi.PUSH_FAILED.hex());
    Map<String, Object> filter =
        Map.of(
            "fromBlock", hex(first),
            "toBlock", hex(last),
            "address", vault.address().hex(),
            "topics", List.of(kinds));
    RpcReply reply = provider.call("eth_getLogs", filter);
    long block = first;
    long index = -1;
    for (RpcReply item : reply.items(MOST_LOGS - entries.size())) {
      LogEntry entry = LogEntry.read(item);
      if (entry.blockNumber() < block || entry.blockNumber() > last) {
        throw item.refused("is of block " + entry.blockNumber() + ", which is not its place");
      }
      if (entry.blockNumber() == block && entry.logIndex() <= index) {
        throw item.refused("is not after the log before it");
      }
      block = entry.blockNumber();
      index = entry.logIndex();
      entries.add(entry);
    }
  }

  /**
   * The block of every log is the one that the provider itself shows at that height, header and
   * all.
   */
  private void requireCanonical(RpcProvider provider, List<LogEntry> entries) {
    Map<Long, Hash> hashes = new HashMap<>();
    for (LogEntry entry : entries) {
      Hash hash =
          hashes.computeIfAbsent(entry.blockNumber(), number -> header(provider, number).hash());
      if (!hash.equals(entry.blockHash())) {
        throw new ChainException(
            "has a log in block " + entry.blockHash() + " at the height of block " + hash);
      }
    }
  }

  @Override
  public CompletionStage<VaultView> vault(long blockNumber) {
    String block = hex(blockNumber);
    return quorum.agreed(
        on("vault after block " + blockNumber),
        provider ->
            new VaultView(
                view(provider, "nonce", block).number(),
                view(provider, "setEpoch", block).number(),
                view(provider, "depositSeq", block).number(),
                view(provider, "depositAcc", block).hash(),
                view(provider, "attesterSetHash", block).hash()));
  }

  private RpcReply view(RpcProvider provider, String name, String block) {
    return word(provider, vault.address(), VaultAbi.encodeView(name), block);
  }

  /** A call that returns one word. */
  private static RpcReply word(RpcProvider provider, Address to, String data, String block) {
    RpcReply reply = provider.call("eth_call", Map.of("to", to.hex(), "data", data), block);
    if (reply.data().length() != 2 + 64) {
      throw reply.refused("is no single word: is there no such contract at " + to + "?");
    }
    return reply;
  }

  @Override
  public CompletionStage<BigInteger> tokenBalance(Address token, Address holder, long blockNumber) {
    String data = VaultAbi.encodeBalanceOf(holder);
    return quorum.agreed(
        on("balance of " + holder + " in " + token + " after block " + blockNumber),
        provider -> word(provider, token, data, hex(blockNumber)).quantity());
  }

  /** A number that a contract returns at the chain's head, the highest that a quorum reaches. */
  CompletionStage<BigInteger> numberAtHead(Address contract, String data) {
    return quorum
        .gathered(
            on("call of " + contract), provider -> word(provider, contract, data, HEAD).quantity())
        .thenApply(numbers -> reachedByQuorum(numbers, Function.identity()));
  }

  // sending

  @Override
  public CompletionStage<Long> pendingNonce(Address sender) {
    return transactionCount(sender, "pending");
  }

  @Override
  public CompletionStage<Long> minedNonce(Address sender) {
    return transactionCount(sender, "latest");
  }

  private CompletionStage<Long> transactionCount(Address sender, String tag) {
    return quorum
        .gathered(
            on("nonce of " + sender),
            provider -> provider.call("eth_getTransactionCount", sender.hex(), tag).number())
        .thenApply(nonces -> reachedByQuorum(nonces, Function.identity()));
  }

  @Override
  public CompletionStage<Optional<String>> simulate(Address sender, Address to, String data) {
    return quorum.agreed(
        on("simulated call of " + to),
        provider -> {
          try {
            provider.call("eth_call", transaction(sender, Optional.of(to), data), HEAD).data();
            return Optional.empty();
          } catch (RpcRefusal refusal) {
            if (!refusal.isRevert()) {
              throw refusal;
            }
            return Optional.of(VaultAbi.describe(refusal));
          }
        });
  }

  @Override
  public CompletionStage<Long> estimateGas(Address sender, Address to, String data) {
    return estimateGas(sender, Optional.of(to), data);
  }

  /** The same, also for a contract's creation, which goes to nobody. */
  CompletionStage<Long> estimateGas(Address sender, Optional<Address> to, String data) {
    return quorum
        .gathered(
            on("gas of a call by " + sender),
            provider -> {
              try {
                return provider.call("eth_estimateGas", transaction(sender, to, data)).number();
              } catch (RpcRefusal refusal) {
                throw new ChainException(VaultAbi.describe(refusal), refusal);
              }
            })
        .thenApply(RpcPool::median);
  }

  private static Map<String, Object> transaction(
      Address sender, Optional<Address> to, String data) {
    Map<String, Object> transaction = new HashMap<>();
    transaction.put("from", sender.hex());
    to.ifPresent(address -> transaction.put("to", address.hex()));
    transaction.put("data", data);
    return transaction;
  }

  @Override
  public CompletionStage<FeeQuote> fees() {
    return quorum
        .gathered(on("fees"), RpcPool::fees)
        .thenApply(
            quotes ->
                new FeeQuote(
                    median(quotes.stream().map(FeeQuote::maxFeePerGas).toList()),
                    median(quotes.stream().map(FeeQuote::maxPriorityFeePerGas).toList())));
  }

  /** Twice the next base fee covers six full blocks in a row (each raises it by an eighth). */
  private static FeeQuote fees(RpcProvider provider) {
    RpcReply history = provider.call("eth_feeHistory", hex(20), HEAD, List.of(50));
    List<RpcReply> baseFees = history.field("baseFeePerGas").items(21);
    if (baseFees.isEmpty()) {
      throw history.refused("has no base fee");
    }
    List<BigInteger> tips = new ArrayList<>();
    if (!history.field("reward").isAbsent()) {
      for (RpcReply block : history.field("reward").items(20)) {
        for (RpcReply tip : block.items(1)) {
          tips.add(tip.quantity());
        }
      }
    }
    tips.removeIf(tip -> tip.signum() == 0);
    BigInteger tip = tips.isEmpty() ? LEAST_TIP : median(tips).max(LEAST_TIP);
    return new FeeQuote(baseFees.getLast().quantity().shiftLeft(1).add(tip), tip);
  }

  @Override
  public CompletionStage<Hash> broadcast(String rawTransaction) {
    Hash hash = KECCAK.hash(Hex.decode(rawTransaction));
    return quorum.any(
        on("broadcast of " + hash),
        provider -> {
          try {
            Hash answered = provider.call("eth_sendRawTransaction", rawTransaction).hash();
            if (!answered.equals(hash)) {
              throw new ChainException("took it for another transaction, " + answered);
            }
            return hash;
          } catch (RpcRefusal refusal) {
            if (!refusal.isAlreadyKnown()) {
              throw refusal;
            }
            return hash;
          }
        });
  }

  @Override
  public CompletionStage<Optional<Receipt>> receipt(Hash transactionHash) {
    return quorum
        .gathered(
            on("receipt of " + transactionHash), provider -> receipt(provider, transactionHash))
        .thenApply(
            receipts ->
                receipts.stream()
                    .filter(
                        receipt ->
                            receipt.isPresent()
                                && Collections.frequency(receipts, receipt) >= settings.quorum())
                    .findFirst()
                    .orElse(Optional.empty()));
  }

  private static Optional<Receipt> receipt(RpcProvider provider, Hash transactionHash) {
    RpcReply json = provider.call("eth_getTransactionReceipt", transactionHash.hex());
    if (json.isAbsent()) {
      return Optional.empty();
    }
    Hash answered = json.field("transactionHash").hash();
    if (!answered.equals(transactionHash)) {
      throw new ChainException("answered the receipt of " + answered);
    }
    long status = json.field("status").number();
    if (status > 1) {
      throw json.refused("has status " + status);
    }
    return Optional.of(
        new Receipt(
            transactionHash,
            status == 1,
            json.field("blockNumber").number(),
            json.field("blockHash").hash(),
            json.field("gasUsed").quantity()));
  }

  @Override
  public CompletionStage<BigInteger> nativeBalance(Address holder) {
    return quorum
        .gathered(
            on("balance of " + holder),
            provider -> provider.call("eth_getBalance", holder.hex(), HEAD).quantity())
        .thenApply(balances -> reachedByQuorum(balances, Function.identity()));
  }

  /** Stops asking; questions under way fail. */
  @Override
  public void close() {
    executor.shutdownNow();
    client.connectionPool().evictAll();
  }

  // words

  private String on(String question) {
    return "chain " + vault.chainId() + ", " + question;
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }

  /** The highest value that a quorum of all providers is at or above. */
  private <T, C extends Comparable<C>> C reachedByQuorum(List<T> answers, Function<T, C> value) {
    return answers.stream()
        .map(value)
        .sorted(Comparator.reverseOrder())
        .skip(settings.quorum() - 1L)
        .findFirst()
        .orElseThrow();
  }

  /** The middle one, the lower of two. */
  private static <C extends Comparable<C>> C median(List<C> values) {
    return values.stream().sorted().skip((values.size() - 1L) / 2).findFirst().orElseThrow();
  }
}
