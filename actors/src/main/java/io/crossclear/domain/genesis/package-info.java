/**
 * What the network was born with: chains, vaults, assets, pools, attesters and limits. Its hash is
 * the network id.
 *
 * <p>Reading order: {@code Genesis}, {@code VaultConfig}, {@code TokenConfig}, {@code AssetConfig},
 * {@code PoolConfig}, {@code VaultId}.
 */
@NullMarked
package io.crossclear.domain.genesis;

import org.jspecify.annotations.NullMarked;
