/**
 * What the network was born with: chains, vaults, assets, pools, attesters and limits. Its hash is the network id.
 *
 * <p>Reading order: {@code Genesis}, {@code VaultConfig}, {@code AssetConfig}, {@code ExportLimit}.
 */
@NullMarked
package io.crossclear.domain.genesis;

import org.jspecify.annotations.NullMarked;
