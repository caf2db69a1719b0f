package io.crossclear.nodes.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.domain.trade.Fill;
import io.crossclear.domain.trade.VenueBatch;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.http.TypedDataJson;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * An owner's key with the network that it signs for. The typed data is always built here from the
 * genesis; what a server prepared is compared and never signed unseen. Safe for any thread.
 */
public final class Signer {

  private static final Keccak KECCAK = new BouncyKeccak();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  private final Genesis genesis;
  private final SigningKey key;
  private final InstantSource clock;
  private final ActionVerifier verifier;

  /** A signer whose deadlines come from this machine's clock. */
  public Signer(Genesis genesis, SigningKey key) {
    this(genesis, key, InstantSource.system());
  }

  /**
   * A signer with another clock.
   *
   * @param clock for deadlines
   */
  public Signer(Genesis genesis, SigningKey key, InstantSource clock) {
    this.genesis = genesis;
    this.key = key;
    this.clock = clock;
    this.verifier =
        new ActionVerifier(
            KECCAK,
            Secp256k1.best(),
            genesis.networkId(KECCAK),
            (chain, address) ->
                genesis
                    .vaultOn(chain)
                    .filter(vault -> vault.id().address().equals(address))
                    .isPresent());
  }

  /**
   * A signer for the network that a node shows.
   *
   * @throws IllegalStateException when the network's id is not the hash of what it shows
   */
  public static Signer of(ApiClient client, SigningKey key) {
    return new Signer(genesis(client), key);
  }

  /**
   * The genesis that a node shows.
   *
   * @throws IllegalStateException when the network's id is not its hash
   */
  public static Genesis genesis(ApiClient client) {
    Answers.Network network = client.network();
    if (!network.genesis().networkId(KECCAK).equals(network.networkId())) {
      throw new IllegalStateException(
          "the network's id is not the hash of its genesis; nothing is signed for it");
    }
    return network.genesis();
  }

  /** Whose signatures these are. */
  public Address address() {
    return key.address();
  }

  /** The owner's account in a pool. */
  public AccountId account(int pool, long index) {
    return AccountId.of(address(), pool, index);
  }

  /** A withdrawal with a fresh nonce, good for ten minutes. */
  public SignedAction<UserAction.Withdraw> withdraw(
      AccountId account, Asset asset, long units, long toChain, Address to) {
    UserAction.Withdraw action =
        new UserAction.Withdraw(
            account.word(), asset.symbol(), units, toChain, to, freshNonce(), seconds(DEADLINE));
    return sign(action, vaultOn(toChain));
  }

  /** A transfer with a fresh nonce, good for ten minutes. */
  public SignedAction<UserAction.Transfer> transfer(
      AccountId from, AccountId to, Asset asset, long units) {
    UserAction.Transfer action =
        new UserAction.Transfer(
            from.word(), to.word(), asset.symbol(), units, freshNonce(), seconds(DEADLINE));
    return sign(action, firstVault());
  }

  /**
   * An order with a fresh nonce, good for ten minutes.
   *
   * @param venue who may match it; the zero address lets anyone
   * @param lots above 0
   * @param limitPrice in 1e-8; a buyer pays no more, a seller gets no less
   * @param maxFee settlement units that all its fills together may cost
   * @param reduceOnly whether it may only make a position smaller
   */
  public SignedAction<UserAction.Order> order(
      AccountId account,
      Address venue,
      String instrument,
      boolean buy,
      long lots,
      long limitPrice,
      long maxFee,
      boolean reduceOnly) {
    UserAction.Order action =
        new UserAction.Order(
            account.word(),
            venue,
            instrument,
            buy,
            lots,
            limitPrice,
            maxFee,
            reduceOnly,
            freshNonce(),
            seconds(DEADLINE));
    return sign(action, firstVault());
  }

  /** Takes the order with this nonce back. */
  public SignedAction<UserAction.Cancel> cancel(AccountId account, long nonce) {
    return sign(new UserAction.Cancel(account.word(), nonce), firstVault());
  }

  /** Takes every order whose nonce is below this back, for ever. */
  public SignedAction<UserAction.CancelBelow> cancelBelow(AccountId account, long nonceFloor) {
    return sign(new UserAction.CancelBelow(account.word(), nonceFloor), firstVault());
  }

  /**
   * A bid with a fresh nonce, good for ten minutes.
   *
   * @param account that takes the slice over
   * @param auction id of the auction, {@code 0xaccount/number}
   * @param portionPpm part of the slice, 1 to 1,000,000
   * @param maxPay settlement units paid at most for it
   * @param minPriceSeq price set before which it must not be decided; 0 for any
   */
  public SignedAction<UserAction.Bid> bid(
      AccountId account, String auction, int portionPpm, long maxPay, long minPriceSeq) {
    UserAction.Bid action =
        new UserAction.Bid(
            account.word(),
            auction,
            portionPpm,
            maxPay,
            minPriceSeq,
            freshNonce(),
            seconds(DEADLINE));
    return sign(action, firstVault());
  }

  /**
   * Fills that this signer matched as a venue.
   *
   * @param number from 1, never used again by this venue
   * @param deadline seconds since 1970, at most 120 away
   * @param fills at most 500, each with a number of its own from 1
   */
  public VenueBatch batch(long number, long deadline, List<Fill> fills) {
    VaultId domain = firstVault();
    TypedData data =
        VenueBatch.typedData(
            verifier, address(), number, deadline, fills, domain.chainId(), domain.address());
    return new VenueBatch(
        address(),
        number,
        deadline,
        fills,
        domain.chainId(),
        domain.address(),
        key.sign(data.digest(KECCAK)));
  }

  /**
   * Leave to read an account.
   *
   * @param lifetime at most a day
   */
  public Authorization read(AccountId account, Duration lifetime) {
    return Authorization.of(
        sign(new UserAction.Read(account.word(), Address.ZERO, seconds(lifetime)), firstVault()));
  }

  /** Signs what this makes of an action under a vault's domain. */
  public <A extends UserAction> SignedAction<A> sign(A action, VaultId domain) {
    TypedData data = typedData(action, domain);
    return new SignedAction<>(
        action, domain.chainId(), domain.address(), key.sign(data.digest(KECCAK)));
  }

  /** What is signed. */
  public TypedData typedData(UserAction action, VaultId domain) {
    return verifier.typedData(action, domain.chainId(), domain.address());
  }

  /** What identifies a signed action everywhere: the digest of its typed data. */
  public Hash id(SignedAction<?> signed) {
    return verifier.verify(signed).digest();
  }

  /**
   * Whether what a server prepared is what this signer would sign, member by member and by digest.
   */
  public boolean agrees(Answers.Prepared prepared, UserAction action, VaultId domain) {
    TypedData own = typedData(action, domain);
    JsonNode json = TypedDataJson.of(own);
    return own.digest(KECCAK).equals(prepared.digest())
        && json.toString().equals(prepared.typedData().toString());
  }

  /**
   * The vault on a chain; on a chain without one, the first vault, so that the network can say what
   * is wrong.
   */
  public VaultId vaultOn(long chainId) {
    return genesis.vaultOn(chainId).map(VaultConfig::id).orElseGet(this::firstVault);
  }

  private VaultId firstVault() {
    return genesis.vaults().getFirst().id();
  }

  private long seconds(Duration fromNow) {
    return clock.instant().plus(fromNow).getEpochSecond();
  }

  /** 62 random bits: a number that no other action of the account uses. */
  public static long freshNonce() {
    return RANDOM.nextLong() >>> 2;
  }
}
