package io.crossclear.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PlainKeccakTest {

  @Test
  void agreesWithPublishedVectors() {
    assertEquals("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", hash(""));
    assertEquals("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45", hash("abc"));
    assertEquals(
        "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15",
        hash("The quick brown fox jumps over the lazy dog"));
  }

  @Test
  void agreesWithTheSelectorsAndTopicsThatEveryTokenHas() {
    assertEquals("a9059cbb", hash("transfer(address,uint256)").substring(0, 8));
    assertEquals(
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
        hash("Transfer(address,address,uint256)"));
  }

  @Test
  void takesInputsAroundABlockOf136Bytes() {
    assertEquals(
        "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446", hash("a".repeat(135)));
    assertEquals(
        "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e", hash("a".repeat(136)));
    assertEquals(
        "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39", hash("a".repeat(137)));
  }

  private static String hash(String text) {
    return PlainKeccak.INSTANCE.hash(text.getBytes(StandardCharsets.US_ASCII)).hex().substring(2);
  }
}
