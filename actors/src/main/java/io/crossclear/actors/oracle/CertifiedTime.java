package io.crossclear.actors.oracle;

import io.crossclear.actors.ProtocolTime;

/**
 * Protocol time as the oracles certify it; it stands still while they are silent, and is 0 before
 * the first word.
 */
public record CertifiedTime(PriceBoardView board) implements ProtocolTime {

  @Override
  public long now() {
    return board.now();
  }
}
