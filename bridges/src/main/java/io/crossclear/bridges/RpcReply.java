package io.crossclear.bridges;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * One value of a provider's answer, read strictly: what is missing, of another kind, or out of
 * range is a {@link ChainException} that names it.
 *
 * @param what where the value stands in the answer, for people
 */
record RpcReply(String what, JsonNode json) {

  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

  /** Whether the value is missing or null. */
  boolean isAbsent() {
    return json.isMissingNode() || json.isNull();
  }

  /** A member of this object. */
  RpcReply field(String name) {
    return new RpcReply(what + "." + name, json.path(name));
  }

  /** The elements of this array. */
  List<RpcReply> items(int most) {
    if (!json.isArray()) {
      throw refused("is no list");
    }
    if (json.size() > most) {
      throw refused("has " + json.size() + " elements, more than " + most);
    }
    List<RpcReply> items = new ArrayList<>(json.size());
    for (int i = 0; i < json.size(); i++) {
      items.add(new RpcReply(what + "[" + i + "]", json.path(i)));
    }
    return items;
  }

  /** A text. */
  String text() {
    if (!json.isTextual()) {
      throw refused(isAbsent() ? "is missing" : "is no text");
    }
    return json.textValue();
  }

  /** Bytes as {@code 0x} and an even number of hexadecimal digits, in lower case. */
  String data() {
    String text = text();
    if (!text.startsWith("0x") || text.length() % 2 != 0 || !isHex(text)) {
      throw refused("is not hexadecimal");
    }
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  /** A number of 0 to 2^256−1 as {@code 0x} and hexadecimal digits. */
  BigInteger quantity() {
    String text = text();
    if (!text.startsWith("0x") || text.length() < 3 || text.length() > 66 || !isHex(text)) {
      throw refused("is no number of at most 256 bits");
    }
    return new BigInteger(text.substring(2), 16);
  }

  /** A number of 0 to 2^63−1. */
  long number() {
    BigInteger quantity = quantity();
    if (quantity.compareTo(MAX_LONG) > 0) {
      throw refused("is above 2^63-1");
    }
    return quantity.longValue();
  }

  /** A 32-byte word. */
  Hash hash() {
    try {
      return new Hash(text());
    } catch (IllegalArgumentException malformed) {
      throw refused("is no 32-byte word");
    }
  }

  /** An address. */
  Address address() {
    try {
      return new Address(text());
    } catch (IllegalArgumentException malformed) {
      throw refused("is no address");
    }
  }

  /** A refusal of this value. */
  ChainException refused(String why) {
    return new ChainException(what + " " + why);
  }

  private static boolean isHex(String text) {
    for (int i = 2; i < text.length(); i++) {
      if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
        return false;
      }
    }
    return true;
  }
}
