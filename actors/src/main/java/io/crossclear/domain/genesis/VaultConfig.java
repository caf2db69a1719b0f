package io.crossclear.domain.genesis;

import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import java.util.List;
import java.util.Optional;

/**
 * A vault, its tokens and the attesters whose quorum moves it.
 *
 * @param chainName for people
 * @param deployedAt number of the block that holds the vault's creation; scanning starts there
 * @param attesters ascending addresses, at least 4
 * @param threshold signatures of a batch, at least ⌊(n+f)/2⌋+1 with f = ⌊(n−1)/3⌋
 */
public record VaultConfig(
    VaultId id,
    String chainName,
    long deployedAt,
    List<TokenConfig> tokens,
    List<Address> attesters,
    int threshold) {

  public VaultConfig {
    tokens = List.copyOf(tokens);
    attesters = List.copyOf(attesters);
  }

  /** The token that carries this asset here. */
  public Optional<TokenConfig> token(Asset asset) {
    return tokens.stream().filter(token -> token.asset().equals(asset)).findFirst();
  }

  /** What this token address carries. */
  public Optional<TokenConfig> tokenAt(Address address) {
    return tokens.stream().filter(token -> token.token().equals(address)).findFirst();
  }
}
