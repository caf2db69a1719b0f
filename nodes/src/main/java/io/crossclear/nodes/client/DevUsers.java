package io.crossclear.nodes.client;

import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.genesis.Genesis;

/**
 * Users of a local network, for play: their keys follow from the network's birth, so whoever sees
 * it has them.
 */
public final class DevUsers {

  private DevUsers() {}

  /**
   * The key of a user.
   *
   * @param number at least 0
   */
  public static SigningKey key(Genesis genesis, int number) {
    return SigningKey.derive("crossclear development user of " + genesis.birth(), number);
  }
}
