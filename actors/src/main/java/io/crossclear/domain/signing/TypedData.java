package io.crossclear.domain.signing;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Flat EIP-712 typed data: a domain and one struct without arrays or nested structs.
 *
 * @param primaryType the struct's name
 * @param fields in the order of the type
 */
public record TypedData(Domain domain, String primaryType, List<Field> fields) {

  public TypedData {
    fields = List.copyOf(fields);
  }

  /**
   * The EIP-712 domain.
   *
   * @param chainId of the chain that the verifying contract is on
   * @param salt absent in the domain's type when empty
   */
  public record Domain(
      String name,
      String version,
      long chainId,
      Address verifyingContract,
      java.util.Optional<Hash> salt) {

    /** keccak256 of the encoded domain. */
    public Hash separator(Keccak keccak) {
      String type =
          "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract"
              + (salt.isPresent() ? ",bytes32 salt)" : ")");
      ByteArrayOutputStream out = new ByteArrayOutputStream(192);
      out.writeBytes(keccak.hash(ascii(type)).bytes());
      out.writeBytes(keccak.hash(ascii(name)).bytes());
      out.writeBytes(keccak.hash(ascii(version)).bytes());
      out.writeBytes(Word.of(chainId));
      out.writeBytes(Word.of(verifyingContract));
      salt.ifPresent(word -> out.writeBytes(word.bytes()));
      return keccak.hash(out.toByteArray());
    }
  }

  /** One member of the struct. */
  public record Field(String type, String name, Value value) {}

  /** A member's value; numbers are checked against their type's range when encoded. */
  public sealed interface Value {
    /** A fixed word such as bytes32. */
    record Word32(Hash word) implements Value {}

    /** An address. */
    record Account(Address address) implements Value {}

    /** A string, hashed as UTF-8. */
    record Text(String text) implements Value {}

    /** A signed or unsigned integer. */
    record Number(BigInteger number) implements Value {
      /** A whole number. */
      public static Number of(long number) {
        return new Number(BigInteger.valueOf(number));
      }
    }

    /** true or false. */
    record Flag(boolean set) implements Value {}
  }

  /** The type's text, for example {@code Read(bytes32 account,address key,uint64 expires)}. */
  public String encodeType() {
    StringBuilder type = new StringBuilder(primaryType).append('(');
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      type.append(i == 0 ? "" : ",").append(field.type()).append(' ').append(field.name());
    }
    return type.append(')').toString();
  }

  /** The struct's hash. */
  public Hash structHash(Keccak keccak) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(32 * (fields.size() + 1));
    out.writeBytes(keccak.hash(ascii(encodeType())).bytes());
    for (Field field : fields) {
      out.writeBytes(
          switch (field.value()) {
            case Value.Word32(Hash word) -> word.bytes();
            case Value.Account(Address address) -> Word.of(address);
            case Value.Text(String text) ->
                keccak.hash(text.getBytes(StandardCharsets.UTF_8)).bytes();
            case Value.Number(BigInteger number) -> Word.of(field.type(), number);
            case Value.Flag(boolean set) -> Word.of(set ? 1 : 0);
          });
    }
    return keccak.hash(out.toByteArray());
  }

  /** The digest that is signed: keccak256(0x1901 ‖ domain separator ‖ struct hash). */
  public Hash digest(Keccak keccak) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(66);
    out.write(0x19);
    out.write(0x01);
    out.writeBytes(domain.separator(keccak).bytes());
    out.writeBytes(structHash(keccak).bytes());
    return keccak.hash(out.toByteArray());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
