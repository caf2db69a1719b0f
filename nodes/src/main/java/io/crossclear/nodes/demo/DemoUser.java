package io.crossclear.nodes.demo;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.nodes.client.Signer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A user of the demo: deposits at home, wants the money on the next chain.
 *
 * @param number from 0; chains take turns
 * @param homes vaults that the user deposits at: one, or all for a house
 * @param gifts units that are deposited at each home
 * @param ways vaults in the order in which the user tries to withdraw: next, home, the others
 */
record DemoUser(
    int number,
    SigningKey key,
    Signer signer,
    List<VaultConfig> homes,
    List<VaultConfig> ways,
    SortedMap<Asset, Long> gifts) {

  private static final int POOL = 1;

  /** The asset that everybody has. */
  static final Asset USDC = new Asset("USDC");

  /** The asset that every fourth user has too. */
  static final Asset ETH = new Asset("ETH");

  private static final int WITH_ETH = 4;

  /** In least withdrawals: 100 to 5,000 USDC, 0.1 to 5 ETH. */
  private static final int LEAST_GIFT = 10_000;

  private static final int LARGEST_GIFT = 500_000;

  /** Small deposits that a user can make beside the gifts. */
  static final int SPARE = 20;

  DemoUser {
    homes = List.copyOf(homes);
    ways = List.copyOf(ways);
    gifts = Exact.ordered(gifts);
  }

  /** So many users from a seed. */
  static List<DemoUser> of(Genesis genesis, int number, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<DemoUser> users = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      users.add(of(genesis, i, seed, random));
    }
    return List.copyOf(users);
  }

  private static DemoUser of(Genesis genesis, int i, long seed, SplittableRandom random) {
    TreeMap<Asset, Long> gifts = new TreeMap<>();
    gifts.put(USDC, gift(genesis, USDC, random));
    if (i % WITH_ETH == 0) {
      gifts.put(ETH, gift(genesis, ETH, random));
    }
    return of(genesis, i, seed, gifts);
  }

  /** A user who deposits this on one chain. */
  static DemoUser of(Genesis genesis, int i, long seed, SortedMap<Asset, Long> gifts) {
    List<VaultConfig> vaults = genesis.vaults();
    return of(genesis, i, seed, List.of(vaults.get(i % vaults.size())), gifts);
  }

  /** A user who deposits this on every chain. */
  static DemoUser house(Genesis genesis, int i, long seed, SortedMap<Asset, Long> gifts) {
    return of(genesis, i, seed, genesis.vaults(), gifts);
  }

  private static DemoUser of(
      Genesis genesis, int i, long seed, List<VaultConfig> homes, SortedMap<Asset, Long> gifts) {
    List<VaultConfig> vaults = genesis.vaults();
    List<VaultConfig> ways = new ArrayList<>();
    ways.add(vaults.get((i + 1) % vaults.size()));
    ways.add(vaults.get(i % vaults.size()));
    vaults.stream().filter(vault -> !ways.contains(vault)).forEach(ways::add);
    SigningKey key = SigningKey.derive("crossclear demo " + seed + " of " + genesis.birth(), i);
    return new DemoUser(i, key, new Signer(genesis, key), homes, ways, gifts);
  }

  private static long gift(Genesis genesis, Asset asset, SplittableRandom random) {
    return Math.multiplyExact(least(genesis, asset), random.nextLong(LEAST_GIFT, LARGEST_GIFT + 1));
  }

  /** The first of them. */
  VaultConfig home() {
    return homes.getFirst();
  }

  Address address() {
    return key.address();
  }

  /** The account that deposits go to. */
  AccountId first() {
    return signer.account(POOL, 0);
  }

  /** The account that a part is transferred to. */
  AccountId second() {
    return signer.account(POOL, 1);
  }

  /** The least amount that can be withdrawn. */
  static long least(Genesis genesis, Asset asset) {
    return genesis.asset(asset).map(AssetConfig::minWithdrawal).orElseThrow();
  }

  /** What the user starts with at each home: the gifts, and something for small deposits. */
  SortedMap<Asset, Long> given(Genesis genesis) {
    SortedMap<Asset, Long> given = gifts;
    for (AssetConfig asset : genesis.assets()) {
      given = Exact.plus(given, asset.asset(), SPARE * asset.minWithdrawal());
    }
    return given;
  }

  /** Units that go to the second account: a third, in least withdrawals. */
  long transferred(Genesis genesis, Asset asset) {
    long least = least(genesis, asset);
    return gifts.getOrDefault(asset, 0L) / least / 3 * least;
  }
}
