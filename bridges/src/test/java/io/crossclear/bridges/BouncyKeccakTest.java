package io.crossclear.bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crossclear.domain.signing.Hash;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BouncyKeccakTest {

  @Test
  void itIsEthereumsKeccakAndNotSha3() {
    BouncyKeccak keccak = new BouncyKeccak();

    assertEquals(
        new Hash("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        keccak.hash(new byte[0]));
    assertEquals(
        new Hash("0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        keccak.hash("abc".getBytes(StandardCharsets.US_ASCII)));
  }
}
