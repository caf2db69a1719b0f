package io.crossclear.bridges;

import io.crossclear.actors.JournalReader;
import io.crossclear.actors.ProtocolTime;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import java.time.Duration;
import java.util.Map;

/**
 * What bridges and attesters need from outside.
 *
 * @param journals reads entities' journals by persistence id
 * @param chains a bridge's way to each chain
 * @param attesters keys of the attesters that run here, by address, each with its own way to every
 *     chain
 */
public record BridgeServices(
    Genesis genesis,
    ActionVerifier verifier,
    ProtocolTime time,
    JournalReader journals,
    Map<VaultId, Chain> chains,
    Map<Address, Attester> attesters) {

  /**
   * A bridge's way to its chain.
   *
   * @param relayer pays for gas and can do nothing else
   * @param pollEvery how often the bridge looks at its chain
   */
  public record Chain(
      ChainReader reader, ChainWriter writer, SigningKey relayer, Duration pollEvery) {}

  /** An attester's key and its own view of every chain. */
  public record Attester(SigningKey key, Map<VaultId, ChainReader> readers) {
    public Attester {
      readers = Map.copyOf(readers);
    }
  }

  public BridgeServices {
    chains = Map.copyOf(chains);
    attesters = Map.copyOf(attesters);
  }
}
