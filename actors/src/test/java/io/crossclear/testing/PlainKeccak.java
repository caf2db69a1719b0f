package io.crossclear.testing;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Keccak;
import java.util.Arrays;

/**
 * Keccak-256 as the Keccak team's specification writes it: a sponge of 136 bytes over the 1600-bit
 * permutation, padded with 0x01 … 0x80. Nothing is unrolled, so that it can be compared with the
 * text.
 */
public final class PlainKeccak implements Keccak {

  /** It has no state. */
  public static final PlainKeccak INSTANCE = new PlainKeccak();

  private static final int RATE = 136;
  private static final int ROUNDS = 24;
  private static final long[] ROUND_CONSTANTS = roundConstants();
  private static final int[] ROTATIONS = rotations();

  @Override
  public Hash hash(byte[] bytes) {
    byte[] padded = Arrays.copyOf(bytes, (bytes.length / RATE + 1) * RATE);
    padded[bytes.length] ^= 0x01;
    padded[padded.length - 1] ^= (byte) 0x80;
    long[] lanes = new long[25];
    for (int block = 0; block < padded.length; block += RATE) {
      for (int i = 0; i < RATE; i++) {
        lanes[i / 8] ^= (padded[block + i] & 0xffL) << 8 * (i % 8);
      }
      permute(lanes);
    }
    byte[] digest = new byte[32];
    for (int i = 0; i < 32; i++) {
      digest[i] = (byte) (lanes[i / 8] >>> 8 * (i % 8));
    }
    return Hash.of(digest);
  }

  private static void permute(long[] a) {
    long[] column = new long[5];
    long[] moved = new long[25];
    for (int round = 0; round < ROUNDS; round++) {
      for (int x = 0; x < 5; x++) {
        column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
      }
      for (int i = 0; i < 25; i++) {
        a[i] ^= column[(i % 5 + 4) % 5] ^ Long.rotateLeft(column[(i % 5 + 1) % 5], 1);
      }
      for (int x = 0; x < 5; x++) {
        for (int y = 0; y < 5; y++) {
          moved[y + 5 * ((2 * x + 3 * y) % 5)] =
              Long.rotateLeft(a[x + 5 * y], ROTATIONS[x + 5 * y]);
        }
      }
      for (int y = 0; y < 25; y += 5) {
        for (int x = 0; x < 5; x++) {
          a[x + y] = moved[x + y] ^ ~moved[(x + 1) % 5 + y] & moved[(x + 2) % 5 + y];
        }
      }
      a[0] ^= ROUND_CONSTANTS[round];
    }
  }

  /** Bits of a linear feedback shift register over x^8 + x^6 + x^5 + x^4 + 1. */
  private static long[] roundConstants() {
    long[] constants = new long[ROUNDS];
    int register = 1;
    for (int round = 0; round < ROUNDS; round++) {
      for (int j = 0; j < 7; j++) {
        if ((register & 1) != 0) {
          constants[round] |= 1L << (1 << j) - 1;
        }
        register = register << 1 ^ (register >> 7) * 0x171;
      }
    }
    return constants;
  }

  /** Triangular numbers along the walk (x, y) → (y, 2x + 3y) from (1, 0). */
  private static int[] rotations() {
    int[] rotations = new int[25];
    int x = 1;
    int y = 0;
    for (int t = 0; t < 24; t++) {
      rotations[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
      int next = (2 * x + 3 * y) % 5;
      x = y;
      y = next;
    }
    return rotations;
  }
}
