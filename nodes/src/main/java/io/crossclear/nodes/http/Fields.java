package io.crossclear.nodes.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One object of a request, read field by field. What is missing, of another kind, or left over is a
 * {@link Problem.Refusal} that names the field; the value itself is never repeated.
 */
final class Fields {

  private static final Pattern CANONICAL = Pattern.compile("0|-?[1-9][0-9]*");
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int TEXT_LIMIT = 200;
  private static final int DIGITS_LIMIT = 100;

  private final String path;
  private final ObjectNode object;
  private final Set<String> read = new HashSet<>();

  /**
   * @param path names of the objects around it, each with a dot behind it
   */
  Fields(String path, ObjectNode object) {
    this.path = path;
    this.object = object;
  }

  /** Whether the field is there; it counts as read. */
  boolean has(String name) {
    read.add(name);
    return object.has(name);
  }

  private JsonNode field(String name) {
    if (!has(name)) {
      throw new Problem.Refusal(ApiCode.MISSING_FIELD, "The field " + path + name + " is missing.");
    }
    return object.get(name);
  }

  /** An object inside. */
  Fields object(String name) {
    if (field(name) instanceof ObjectNode inner) {
      return new Fields(path + name + ".", inner);
    }
    throw invalid(name, "must be an object");
  }

  /** Text of at most 200 characters. */
  String text(String name) {
    JsonNode value = field(name);
    if (!value.isTextual() || value.textValue().length() > TEXT_LIMIT) {
      throw invalid(name, "must be text of at most " + TEXT_LIMIT + " characters");
    }
    return value.textValue();
  }

  /** A 32-byte word. */
  Hash word(String name) {
    return parsed(name, Hash::new, "must be 0x and 64 hexadecimal digits");
  }

  /** An address. */
  Address address(String name) {
    return parsed(name, Address::new, "must be 0x and 40 hexadecimal digits");
  }

  /** A signature of 64 bytes, or of 65 with a v of 27, 28, 0 or 1, with its s in the lower half. */
  Signature signature(String name) {
    return parsed(
        name, Signature::parse, "must be 0x and 64 bytes (EIP-2098) or 65 (r, s, v), with a low s");
  }

  private <T> T parsed(String name, Function<String, T> parser, String rule) {
    String text = text(name);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException malformed) {
      throw invalid(name, rule);
    }
  }

  /** A number of 0 to 2^63−1 as canonical decimal text. */
  long uint64(String name) {
    JsonNode value = field(name);
    if (value.isTextual()) {
      return decimal(name, value.textValue());
    }
    if (value.isIntegralNumber() && !inRange(value.bigIntegerValue())) {
      throw outOfRange(name);
    }
    throw invalid(name, "must be a number in decimal digits, as text");
  }

  /** A number of 1 to 2^63−1 as canonical decimal text. */
  long positive(String name) {
    long number = uint64(name);
    if (number == 0) {
      throw outOfRange(name, "1", Long.toString(Long.MAX_VALUE));
    }
    return number;
  }

  /** A number of least to most as canonical decimal text; both are in the range of an int. */
  int number(String name, int least, int most) {
    long number = uint64(name);
    if (number < least || number > most) {
      throw outOfRange(name, Integer.toString(least), Integer.toString(most));
    }
    return (int) number;
  }

  /** A number of −2^63 to 2^63−1 as canonical decimal text. */
  long int64(String name) {
    JsonNode value = field(name);
    String text = value.isTextual() ? value.textValue() : "";
    if (text.length() > DIGITS_LIMIT || !CANONICAL.matcher(text).matches()) {
      throw invalid(name, "must be a whole number in decimal digits, as text");
    }
    BigInteger number = new BigInteger(text);
    if (number.bitLength() > 63) {
      throw outOfRange(name, Long.toString(Long.MIN_VALUE), Long.toString(Long.MAX_VALUE));
    }
    return number.longValueExact();
  }

  /** true or false. */
  boolean flag(String name) {
    JsonNode value = field(name);
    if (!value.isBoolean()) {
      throw invalid(name, "must be true or false");
    }
    return value.booleanValue();
  }

  /** Objects in a list, each to be read to its end by whoever gets them. */
  List<Fields> list(String name) {
    if (!(field(name) instanceof ArrayNode list)) {
      throw invalid(name, "must be a list");
    }
    List<Fields> objects = new ArrayList<>();
    for (JsonNode entry : list) {
      String at = name + "[" + objects.size() + "]";
      if (!(entry instanceof ObjectNode inner)) {
        throw invalid(at, "must be an object");
      }
      objects.add(new Fields(path + at + ".", inner));
    }
    return objects;
  }

  /** A chain id: decimal text, or a JSON number as wallets write it. */
  long chainId(String name) {
    JsonNode value = field(name);
    if (value.isIntegralNumber()) {
      return inRange(name, value.bigIntegerValue());
    }
    return uint64(name);
  }

  /** The number in a text that belongs to this field. */
  long decimal(String name, String text) {
    if (text.length() > DIGITS_LIMIT || !CANONICAL.matcher(text).matches()) {
      throw invalid(
          name, "must be a number in decimal digits without sign, point, exponent or leading 0");
    }
    return inRange(name, new BigInteger(text));
  }

  private long inRange(String name, BigInteger number) {
    if (!inRange(number)) {
      throw outOfRange(name);
    }
    return number.longValueExact();
  }

  private static boolean inRange(BigInteger number) {
    return number.signum() >= 0 && number.compareTo(MAX) <= 0;
  }

  private Problem.Refusal outOfRange(String name) {
    return outOfRange(name, "0", Long.toString(Long.MAX_VALUE));
  }

  private Problem.Refusal outOfRange(String name, String least, String most) {
    return new Problem.Refusal(
        ApiCode.NUMBER_OUT_OF_RANGE,
        "The field " + path + name + " must be from " + least + " to " + most + ".");
  }

  /** Refuses what was not read. */
  void end() {
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!read.contains(name)) {
        throw new Problem.Refusal(
            ApiCode.UNKNOWN_FIELD, "There is no field " + path + shown(name) + ".");
      }
    }
  }

  private static String shown(String name) {
    return name.length() <= 40 && name.chars().allMatch(c -> c > ' ' && c < 0x7f)
        ? name
        : "of that name";
  }

  Problem.Refusal invalid(String name, String rule) {
    return new Problem.Refusal(
        ApiCode.INVALID_FIELD, "The field " + path + name + " " + rule + ".");
  }

  /** The field's value by a method of this class, when it is there. */
  <T> Optional<T> optional(String name, Function<String, T> reader) {
    return has(name) ? Optional.of(reader.apply(name)) : Optional.empty();
  }
}
