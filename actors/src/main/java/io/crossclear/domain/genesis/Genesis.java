package io.crossclear.domain.genesis;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the network was born with. Two networks never share an id: it hashes everything here with
 * the birth's own random word, so signatures for a wiped network are worth nothing on the next.
 *
 * @param birth random, new whenever a network is set up
 */
public record Genesis(
    String name,
    Hash birth,
    List<AssetConfig> assets,
    List<PoolConfig> pools,
    List<VaultConfig> vaults) {

  /**
   * @throws IllegalArgumentException when two entries claim one identity, a pool is number 0, an
   *     asset is unknown, a token has fewer decimals than its asset, a limit is out of range, or a
   *     vault's quorum is too weak
   */
  public Genesis {
    assets = List.copyOf(assets);
    pools = List.copyOf(pools);
    vaults = List.copyOf(vaults);
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
