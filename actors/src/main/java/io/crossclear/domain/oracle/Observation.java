package io.crossclear.domain.oracle;

import io.crossclear.domain.signing.Address;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What one oracle saw in one round, over all feeds at once.
 *
 * @param observedAt the oracle's clock, in milliseconds since 1970
 * @param prices one per feed, in the configuration's order
 */
public record Observation(
    long epoch, long round, Address oracle, long observedAt, List<ObservedPrice> prices) {

  private static final int FIXED = 8 + 8 + 20 + 8 + 4;
  private static final int PER_PRICE = 8 + 1;

  public Observation {
    prices = List.copyOf(prices);
  }

  /**
   * The canonical form, big endian: epoch u64 ‖ round u64 ‖ oracle (20) ‖ observedAt u64 ‖ count
   * u32 ‖ count × (price i64 ‖ sources u8).
   */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(FIXED + PER_PRICE * prices.size());
    out.putLong(epoch).putLong(round).put(oracle.bytes()).putLong(observedAt).putInt(prices.size());
    for (ObservedPrice price : prices) {
      out.putLong(price.price()).put((byte) price.sources());
    }
    return out.array();
  }
}
