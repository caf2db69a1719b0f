package io.crossclear.testing;

import io.crossclear.domain.Decision;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.DepositEvidence;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network of three vaults with two assets: chains 101 (A), 102 (B) and 103 (C), USDC with 6
 * decimals everywhere, ETH with 8 on A and B only, pool 1 for both and pool 2 for USDC.
 */
public final class TestNetwork {

  public static final Keccak KECCAK = PlainKeccak.INSTANCE;

  public static final Asset USDC = new Asset("USDC");
  public static final Asset ETH = new Asset("ETH");

  public static final VaultId A = new VaultId(101, address(0xa0));
  public static final VaultId B = new VaultId(102, address(0xb0));
  public static final VaultId C = new VaultId(103, address(0xc0));

  /** Units that can be exported through each vault at once. */
  public static final long EXPORT_CAP = 1_000;

  /** Units of the export limit that come back in an hour. */
  public static final long EXPORT_REFILL = 360;

  public static final long DEPOSIT_CAP = 1L << 60;

  /** Units below which no USDC leaves. */
  public static final long MIN_WITHDRAWAL = 5;

  public static final Genesis GENESIS =
      new Genesis(
          "test",
          word(0xb1),
          List.of(new AssetConfig(USDC, 6, MIN_WITHDRAWAL), new AssetConfig(ETH, 8, 1)),
          List.of(
              new PoolConfig(1, "main", List.of(USDC, ETH)),
              new PoolConfig(2, "cash", List.of(USDC))),
          List.of(
              vault(A, "alpha", List.of(token(USDC, 0xa1), token(ETH, 0xa2))),
              vault(B, "beta", List.of(token(USDC, 0xb1), token(ETH, 0xb2))),
              vault(C, "gamma", List.of(token(USDC, 0xc1)))));

  public static final ActionVerifier VERIFIER =
      new ActionVerifier(
          KECCAK,
          StubSignatures.INSTANCE,
          GENESIS.networkId(KECCAK),
          (chain, contract) -> GENESIS.vault(new VaultId(chain, contract)).isPresent());

  private TestNetwork() {}

  private static VaultConfig vault(VaultId id, String name, List<TokenConfig> tokens) {
    List<Address> attesters =
        IntStream.rangeClosed(1, 4)
            .mapToObj(i -> address((int) id.chainId() * 256 + i))
            .sorted()
            .toList();
    return new VaultConfig(id, name, 1, tokens, attesters, 3);
  }

  private static TokenConfig token(Asset asset, int number) {
    return new TokenConfig(asset, address(number), 18, 1, DEPOSIT_CAP, EXPORT_CAP, EXPORT_REFILL);
  }

  /** The configuration of a vault. */
  public static VaultConfig config(VaultId vault) {
    return GENESIS.vault(vault).orElseThrow();
  }

  /** The token that carries an asset at a vault. */
  public static Address token(VaultId vault, Asset asset) {
    return config(vault).token(asset).orElseThrow().token();
  }

  /** The address with this number. */
  public static Address address(int number) {
    return new Address("0x" + String.format("%040x", number));
  }

  /** An owner who is neither vault nor token nor attester. */
  public static Address owner(int number) {
    return address(0x10000000 + number);
  }

  /** An owner's account. */
  public static AccountId account(int owner, int pool, int index) {
    return AccountId.of(owner(owner), pool, index);
  }

  /** The word with this number. */
  public static Hash word(long number) {
    return Hash.of(ByteBuffer.allocate(32).putLong(24, number).array());
  }

  /** A place on a chain. */
  public static DepositEvidence deposited(long number) {
    return new DepositEvidence(number, word(number), word(number + 1), number % 7);
  }

  /** A payout in batch 1. */
  public static PayoutEvidence paid(long number) {
    return new PayoutEvidence(1, word(number), number, word(number + 1), word(number + 2));
  }

  /** The action, signed by this address in the domain of vault A. */
  public static <T extends UserAction> SignedAction<T> sign(Address signer, T action) {
    Hash digest = VERIFIER.typedData(action, A.chainId(), A.address()).digest(KECCAK);
    return new SignedAction<>(
        action, A.chainId(), A.address(), StubSignatures.sign(signer, digest));
  }

  /** The digest of an action, which is its id. */
  public static Hash id(SignedAction<?> signed) {
    return VERIFIER.verify(signed).digest();
  }

  /** The only event of a decision that takes the command. */
  public static <E, R extends Enum<R>> E only(Decision<E, R> decision) {
    List<E> events = all(decision);
    if (events.size() != 1) {
      throw new AssertionError("expected one event: " + decision);
    }
    return events.getFirst();
  }

  /** The events of a decision that takes the command. */
  public static <E, R extends Enum<R>> List<E> all(Decision<E, R> decision) {
    if (decision instanceof Decision.Accept<E, R>(List<E> events)) {
      return events;
    }
    throw new AssertionError("expected the command to be taken: " + decision);
  }
}
