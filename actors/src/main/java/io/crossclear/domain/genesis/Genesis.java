package io.crossclear.domain.genesis;

import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the network was born with. Two networks never share an id: it hashes everything here with
 * the birth's own random word, so signatures for a wiped network are worth nothing on the next.
 *
 * @param birth random, new whenever a network is set up
 * @param instruments everything that trades
 * @param rules of the pools that clear trades; a pool without rules only keeps collateral
 */
public record Genesis(
    String name,
    Hash birth,
    List<AssetConfig> assets,
    List<PoolConfig> pools,
    List<VaultConfig> vaults,
    List<Instrument> instruments,
    List<PoolRules> rules) {

  /**
   * @throws IllegalArgumentException when two entries claim one identity, a pool is number 0, an
   *     asset is unknown, a token has fewer decimals than its asset, a limit is out of range, or a
   *     vault's quorum is too weak
   */
  public Genesis {
    assets = List.copyOf(assets);
    pools = List.copyOf(pools);
    vaults = List.copyOf(vaults);
    instruments = List.copyOf(instruments);
    rules = List.copyOf(rules);
    Set<Object> seen = new HashSet<>();
    assets.forEach(asset -> unique(seen, asset.asset()));
    for (PoolConfig pool : pools) {
      unique(seen, pool.number());
      pool(pool, assets);
    }
    for (VaultConfig vault : vaults) {
      unique(seen, "chain " + vault.id().chainId());
      quorum(vault);
      for (TokenConfig token : vault.tokens()) {
        unique(seen, vault.id() + " " + token.asset());
        unique(seen, vault.id() + " " + token.token());
        limits(token, decimals(assets, token.asset()), vaults.size());
      }
    }
    for (PoolRules rule : rules) {
      unique(seen, "rules " + rule.number());
      clearing(rule, pools, assets);
    }
    for (Instrument instrument : instruments) {
      unique(seen, "instrument " + instrument.symbol());
      if (rules.stream().noneMatch(rule -> rule.number() == instrument.pool())) {
        throw new IllegalArgumentException(instrument.symbol() + " trades in a pool without rules");
      }
    }
  }

  /** A network without trades. */
  public Genesis(
      String name,
      Hash birth,
      List<AssetConfig> assets,
      List<PoolConfig> pools,
      List<VaultConfig> vaults) {
    this(name, birth, assets, pools, vaults, List.of(), List.of());
  }

  private static void clearing(PoolRules rule, List<PoolConfig> pools, List<AssetConfig> assets) {
    List<Asset> accepted =
        pools.stream()
            .filter(pool -> pool.number() == rule.number())
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("rules of no pool: " + rule.number()))
            .accepts();
    if (!accepted.contains(rule.settlement())
        || decimals(assets, rule.settlement()) != Instrument.SETTLEMENT_DECIMALS) {
      throw new IllegalArgumentException(
          "pool " + rule.number() + " cannot settle in " + rule.settlement());
    }
    for (CollateralRule collateral : rule.collateral()) {
      if (!accepted.contains(collateral.asset())
          || decimals(assets, collateral.asset()) != collateral.decimals()) {
        throw new IllegalArgumentException(
            "pool " + rule.number() + " cannot weigh " + collateral.asset());
      }
    }
  }

  private static void unique(Set<Object> seen, Object key) {
    if (!seen.add(key)) {
      throw new IllegalArgumentException("genesis names twice: " + key);
    }
  }

  private static void pool(PoolConfig pool, List<AssetConfig> assets) {
    if (pool.number() == 0) {
      throw new IllegalArgumentException(
          "pool 0 is the pool of what no pool accepts: " + pool.name());
    }
    pool.accepts().forEach(asset -> decimals(assets, asset));
  }

  private static int decimals(List<AssetConfig> assets, Asset asset) {
    return assets.stream()
        .filter(config -> config.asset().equals(asset))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown asset " + asset))
        .decimals();
  }

  private static void limits(TokenConfig token, int assetDecimals, int vaults) {
    if (token.decimals() < assetDecimals || token.decimals() > 36) {
      throw new IllegalArgumentException(
          "token of "
              + token.asset()
              + " needs "
              + assetDecimals
              + " to 36 decimals, has "
              + token.decimals());
    }
    // the sum over all vaults stays a long, so no balance can overflow
    if (token.depositCap() < 0 || token.depositCap() > (1L << 62) / vaults) {
      throw new IllegalArgumentException("deposit cap of " + token.asset() + " is out of range");
    }
    if (token.minDeposit() < 1
        || outside(token.exportCap())
        || outside(token.exportRefillPerHour())) {
      throw new IllegalArgumentException("limits of " + token.asset() + " are out of range");
    }
  }

  private static boolean outside(long limit) {
    return limit < 0 || limit > 1L << 62;
  }

  private static void quorum(VaultConfig vault) {
    int n = vault.attesters().size();
    int f = (n - 1) / 3;
    if (n < 4 || vault.threshold() < (n + f) / 2 + 1 || vault.threshold() > n) {
      throw new IllegalArgumentException(
          "vault "
              + vault.id()
              + ": "
              + vault.threshold()
              + " of "
              + n
              + " attesters is no Byzantine quorum");
    }
    for (int i = 1; i < n; i++) {
      if (vault.attesters().get(i - 1).compareTo(vault.attesters().get(i)) >= 0) {
        throw new IllegalArgumentException("attesters of " + vault.id() + " must ascend");
      }
    }
  }

  /** keccak256 of everything above in a fixed text form. */
  public Hash networkId(Keccak keccak) {
    return keccak.hash(toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The pool as a market; empty when it clears no trades. */
  public Optional<Market> market(int pool) {
    TreeMap<String, Instrument> listed = new TreeMap<>();
    for (Instrument instrument : instruments) {
      if (instrument.pool() == pool) {
        listed.put(instrument.symbol(), instrument);
      }
    }
    return rules.stream()
        .filter(rule -> rule.number() == pool)
        .findFirst()
        .map(rule -> new Market(rule, listed));
  }

  /** The vault on this chain. */
  public Optional<VaultConfig> vaultOn(long chainId) {
    return vaults.stream().filter(vault -> vault.id().chainId() == chainId).findFirst();
  }

  /** The vault with this id. */
  public Optional<VaultConfig> vault(VaultId id) {
    return vaults.stream().filter(vault -> vault.id().equals(id)).findFirst();
  }

  /** The asset's configuration. */
  public Optional<AssetConfig> asset(Asset asset) {
    return assets.stream().filter(config -> config.asset().equals(asset)).findFirst();
  }

  /** The pool with this number; the pool of what no pool accepts is not among them. */
  public Optional<PoolConfig> pool(int number) {
    return pools.stream().filter(pool -> pool.number() == number).findFirst();
  }

  /** Whether a payout to this address could fail by design: nobody's, a vault's or a token's. */
  public boolean refusedRecipient(Address address) {
    return address.equals(Address.ZERO)
        || vaults.stream()
            .anyMatch(
                vault ->
                    vault.id().address().equals(address) || vault.tokenAt(address).isPresent());
  }
}
