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
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.http.TypedDataJson;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

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
