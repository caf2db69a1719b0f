package io.crossclear.domain.genesis;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.testing.TestMarket;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GenesisTest {

  private static final AssetConfig USDC_6 = new AssetConfig(USDC, 6, 1);
  private static final TokenConfig TOKEN = token(6, 1, 1L << 60, 1, 1);

  private static TokenConfig token(int decimals, long min, long cap, long exportCap, long refill) {
    return new TokenConfig(USDC, address(7), decimals, min, cap, exportCap, refill);
  }

  private static VaultConfig vault(
      long chain, List<TokenConfig> tokens, int attesters, int threshold) {
    List<Address> set = IntStream.rangeClosed(1, attesters).mapToObj(i -> address(i)).toList();
    return new VaultConfig(new VaultId(chain, address(100)), "chain", 1, tokens, set, threshold);
  }

  private static Genesis genesis(
      List<AssetConfig> assets, List<PoolConfig> pools, VaultConfig... vaults) {
    return new Genesis("net", word(1), assets, pools, List.of(vaults));
  }

  private static Genesis of(TokenConfig token) {
    return genesis(List.of(USDC_6), List.of(), vault(1, List.of(token), 4, 3));
  }

  private static void refused(org.junit.jupiter.api.function.Executable executable) {
    assertThrows(IllegalArgumentException.class, executable);
  }

  @Nested
  class Identities {
    @Test
    void areTakenOnce() {
      assertDoesNotThrow(() -> of(TOKEN));
      refused(() -> genesis(List.of(USDC_6, USDC_6), List.of()));
      PoolConfig pool = new PoolConfig(1, "main", List.of());
      refused(() -> genesis(List.of(), List.of(pool, new PoolConfig(1, "other", List.of()))));
      refused(
          () ->
              genesis(List.of(), List.of(), vault(1, List.of(), 4, 3), vault(1, List.of(), 4, 3)));
      refused(() -> genesis(List.of(USDC_6), List.of(), vault(1, List.of(TOKEN, TOKEN), 4, 3)));
    }

    @Test
    void includeTheTokenAddressOfAVault() {
      AssetConfig eth = new AssetConfig(ETH, 6, 1);
      TokenConfig same = new TokenConfig(ETH, TOKEN.token(), 6, 1, 1, 1, 1);
      refused(() -> genesis(List.of(USDC_6, eth), List.of(), vault(1, List.of(TOKEN, same), 4, 3)));
      assertDoesNotThrow(
          () ->
              genesis(
                  List.of(USDC_6, eth),
                  List.of(),
                  vault(1, List.of(TOKEN), 4, 3),
                  vault(2, List.of(same), 4, 3)));
    }

    @Test
    void ofAPoolAreNeverThatOfTheUnassigned() {
      refused(() -> genesis(List.of(), List.of(new PoolConfig(0, "zero", List.of()))));
    }

    @Test
    void ofAnAssetMustBeKnown() {
      refused(() -> genesis(List.of(), List.of(), vault(1, List.of(TOKEN), 4, 3)));
      refused(() -> genesis(List.of(USDC_6), List.of(new PoolConfig(1, "main", List.of(ETH)))));
    }
  }

  @Nested
  class Limits {
    @Test
    void ofDecimalsRunFromTheAssetsOwnTo36() {
      assertDoesNotThrow(() -> of(token(36, 1, 1, 1, 1)));
      refused(() -> of(token(37, 1, 1, 1, 1)));
      refused(() -> of(token(5, 1, 1, 1, 1)));
    }

    @Test
    void ofTheCapKeepTheSumOverAllVaultsALong() {
      assertDoesNotThrow(() -> of(token(6, 1, 1L << 62, 1, 1)));
      refused(() -> of(token(6, 1, (1L << 62) + 1, 1, 1)));
      assertDoesNotThrow(() -> of(token(6, 1, 0, 1, 1)));
      refused(() -> of(token(6, 1, -1, 1, 1)));
      TokenConfig half = token(6, 1, 1L << 61, 1, 1);
      TokenConfig more = token(6, 1, (1L << 61) + 1, 1, 1);
      assertDoesNotThrow(() -> two(half));
      refused(() -> two(more));
    }

    private Genesis two(TokenConfig token) {
      return genesis(
          List.of(USDC_6),
          List.of(),
          vault(1, List.of(token), 4, 3),
          vault(2, List.of(token), 4, 3));
    }

    @Test
    void ofDepositsAndExportsAreNotNegative() {
      assertDoesNotThrow(() -> of(token(6, 1, 1, 0, 0)));
      refused(() -> of(token(6, 0, 1, 0, 0)));
      refused(() -> of(token(6, 1, 1, -1, 0)));
      refused(() -> of(token(6, 1, 1, 0, -1)));
    }

    @Test
    void ofAnAssetAreChecked() {
      assertDoesNotThrow(() -> new AssetConfig(USDC, 0, 1));
      assertDoesNotThrow(() -> new AssetConfig(USDC, 18, 1));
      refused(() -> new AssetConfig(USDC, -1, 1));
      refused(() -> new AssetConfig(USDC, 19, 1));
      refused(() -> new AssetConfig(USDC, 6, 0));
    }
  }

  @Nested
  class Quorum {
    /** n attesters of whom f = ⌊(n−1)/3⌋ lie: two quorums of this size share an honest one. */
    @ParameterizedTest
    @CsvSource({"4,3", "5,4", "6,4", "7,5", "10,7", "13,9"})
    void needsMoreThanHalfOfTheHonest(int n, int least) {
      assertEquals((n + (n - 1) / 3) / 2 + 1, least);
      assertDoesNotThrow(() -> quorum(n, least));
      assertDoesNotThrow(() -> quorum(n, n));
      refused(() -> quorum(n, least - 1));
      refused(() -> quorum(n, n + 1));
    }

    @Test
    void needsFourAttesters() {
      refused(() -> quorum(3, 3));
      refused(() -> quorum(0, 0));
    }

    private Genesis quorum(int n, int threshold) {
      return genesis(List.of(), List.of(), vault(1, List.of(), n, threshold));
    }

    @Test
    void needsAscendingAttesters() {
      for (List<Integer> numbers :
          List.of(List.of(2, 1, 3, 4), List.of(1, 2, 3, 3), List.of(1, 1, 2, 3))) {
        List<Address> set = numbers.stream().map(i -> address(i)).toList();
        VaultConfig vault =
            new VaultConfig(new VaultId(1, address(100)), "chain", 1, List.of(), set, 3);
        refused(() -> genesis(List.of(), List.of(), vault));
      }
    }
  }

  @Nested
  class Finds {
    @Test
    void whatItHoldsAndNothingElse() {
      assertEquals(A, GENESIS.vaultOn(101).orElseThrow().id());
      assertEquals(Optional.empty(), GENESIS.vaultOn(100));
      assertEquals(A, GENESIS.vault(A).orElseThrow().id());
      assertEquals(Optional.empty(), GENESIS.vault(new VaultId(101, address(1))));
      assertEquals(8, GENESIS.asset(ETH).orElseThrow().decimals());
      assertEquals(Optional.empty(), GENESIS.asset(new Asset("BTC")));
      assertEquals("cash", GENESIS.pool(2).orElseThrow().name());
      assertEquals(Optional.empty(), GENESIS.pool(0));
      assertEquals(
          USDC, GENESIS.vault(A).orElseThrow().tokenAt(address(0xa1)).orElseThrow().asset());
    }

    @Test
    void recipientsThatCannotBePaid() {
      assertTrue(GENESIS.refusedRecipient(Address.ZERO));
      assertTrue(GENESIS.refusedRecipient(address(0xb0)));
      assertTrue(GENESIS.refusedRecipient(address(0xb2)));
      assertFalse(GENESIS.refusedRecipient(owner(1)));
    }

    @Test
    void theQuantumOfAToken() {
      assertEquals(BigInteger.valueOf(1_000_000_000_000L), token(18, 1, 1, 1, 1).quantum(6));
      assertEquals(BigInteger.ONE, TOKEN.quantum(6));
    }
  }

  @Nested
  class NetworkId {
    @Test
    void isNewForEveryBirth() {
      Genesis twin =
          new Genesis("test", word(0xb2), GENESIS.assets(), GENESIS.pools(), GENESIS.vaults());
      Genesis same =
          new Genesis("test", word(0xb1), GENESIS.assets(), GENESIS.pools(), GENESIS.vaults());
      assertEquals(GENESIS.networkId(KECCAK), same.networkId(KECCAK));
      assertNotEquals(GENESIS.networkId(KECCAK), twin.networkId(KECCAK));
    }

    @Test
    void dependsOnEveryList() {
      assertNotEquals(
          GENESIS.networkId(KECCAK),
          new Genesis("test", word(0xb1), GENESIS.assets(), List.of(), GENESIS.vaults())
              .networkId(KECCAK));
    }
  }

  @Nested
  class Clearing {
    @Test
    void makesAMarketOfAPoolWithRules() {
      var genesis = TestMarket.GENESIS;
      assertEquals(
          Set.of("BTC-PERP", "ETH-PERP"), genesis.market(1).orElseThrow().instruments().keySet());
      assertEquals(Optional.empty(), genesis.market(2));
      assertNotEquals(GENESIS.networkId(KECCAK), genesis.networkId(KECCAK));
    }

    @Test
    void refusesRulesWithoutTheirPoolAndInstrumentsWithoutRules() {
      var pool = TestMarket.POOL;
      var btc = TestMarket.BTC;
      refused(() -> with(List.of(btc), List.of()));
      refused(() -> with(List.of(btc, btc), List.of(pool)));
      refused(() -> with(List.of(), List.of(pool, pool)));
      refused(
          () ->
              new Genesis(
                  "test",
                  word(1),
                  GENESIS.assets(),
                  List.of(),
                  GENESIS.vaults(),
                  List.of(),
                  List.of(pool)));
      refused(
          () ->
              new Genesis(
                  "test",
                  word(1),
                  GENESIS.assets(),
                  List.of(new PoolConfig(1, "main", List.of(ETH))),
                  GENESIS.vaults(),
                  List.of(),
                  List.of(pool)));
    }

    @Test
    void refusesToSettleOrWeighWhatThePoolDoesNotKnow() {
      var pool = TestMarket.POOL;
      refused(() -> with(List.of(), List.of(rules(ETH, List.of()))));
      refused(
          () ->
              with(
                  List.of(),
                  List.of(rules(USDC, List.of(new CollateralRule(ETH, 9, "ETH/USDC", 0))))));
      refused(
          () ->
              new Genesis(
                  "test",
                  word(1),
                  GENESIS.assets(),
                  List.of(new PoolConfig(1, "main", List.of(USDC))),
                  List.of(),
                  List.of(),
                  List.of(pool)));
      refused(
          () ->
              new Genesis(
                  "test",
                  word(1),
                  GENESIS.assets(),
                  List.of(
                      new PoolConfig(2, "other", List.of(USDC)),
                      new PoolConfig(1, "main", List.of(USDC, ETH))),
                  List.of(),
                  List.of(
                      new Instrument.Perpetual(
                          "BTC-PERP", new Asset("BTC"), "BTC/USDC", 5, 2, TestMarket.RULES)),
                  List.of(pool)));
    }

    private PoolRules rules(Asset settlement, List<CollateralRule> collateral) {
      var pool = TestMarket.POOL;
      return new PoolRules(
          pool.number(),
          settlement,
          collateral,
          pool.interest(),
          pool.bufferPpm(),
          pool.bountyPpm(),
          pool.startPpm(),
          pool.floorPpm(),
          pool.rounds(),
          pool.cyclePeriod(),
          pool.cycleThreshold(),
          pool.lendPpm(),
          pool.funding());
    }

    private void with(List<Instrument> instruments, List<PoolRules> rules) {
      new Genesis(
          "test", word(1), GENESIS.assets(), GENESIS.pools(), GENESIS.vaults(), instruments, rules);
    }
  }
}
