package io.crossclear.persistence;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/**
 * Events and states as CBOR under their wire names. A class can move or be renamed without touching
 * what is stored, and a row carries {@code account.credited} instead of a class name. Messages
 * between nodes use Pekko's {@code jackson-cbor} with the same mapper.
 */
public final class WireSerializer extends SerializerWithStringManifest {

  /** Stored with every row; never to be changed. */
  static final int IDENTIFIER = 7301;

  private final ObjectMapper cbor;

  /** Pekko creates the serializer by name. */
  public WireSerializer(ExtendedActorSystem system) {
    this.cbor =
        JacksonObjectMapperProvider.get(system)
            .getOrCreate("jackson-cbor", Optional.of(new CBORFactory()));
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object stored) {
    return WireNames.manifest(stored.getClass());
  }

  @Override
  public byte[] toBinary(Object stored) {
    try {
      return cbor.writeValueAsBytes(stored);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + stored.getClass().getName(), e);
    }
  }

  /**
   * @throws NotSerializableException when no type has this name, or the bytes are not of this type
   */
  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    Class<?> type =
        WireNames.stored(manifest)
            .orElseThrow(() -> new NotSerializableException("no type is stored as " + manifest));
    try {
      return cbor.readValue(bytes, type);
    } catch (IOException e) {
      NotSerializableException refused =
          new NotSerializableException("cannot read " + manifest + ": " + e.getMessage());
      refused.initCause(e);
      throw refused;
    }
  }
}
