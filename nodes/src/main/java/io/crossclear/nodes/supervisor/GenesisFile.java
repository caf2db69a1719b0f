package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** {@code genesis.json}: the record {@link Genesis} field by field, with addresses, hashes, assets and vaults as text. */
public final class GenesisFile {

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(
              text(
                  text(
                      text(
                          text(new SimpleModule("genesis"), Asset.class, Asset::new),
                          Address.class,
                          Address::new),
                      Hash.class,
                      Hash::new),
                  VaultId.class,
                  VaultId::parse));

  private GenesisFile() {}

  /**
   * Reads a genesis.
   *
   * @throws LocalNetworkException when the file is no valid genesis
   */
  public static Genesis read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readString(file), Genesis.class);
    } catch (JacksonException e) {
      throw new LocalNetworkException(file + " is no genesis: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes a genesis whole, or leaves what was there. */
  public static void write(Path file, Genesis genesis) throws IOException {
    DataFolder.replace(
        file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(genesis) + "\n", "rw-r--r--");
  }

  private static <T> SimpleModule text(SimpleModule module, Class<T> type, Function<String, T> parse) {
    module.addSerializer(
        type,
        new StdSerializer<T>(type) {
          @Serial private static final long serialVersionUID = 1L;

          @Override
          public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(value.toString());
          }
        });
    module.addDeserializer(
        type,
        new JsonDeserializer<T>() {
          @Override
          public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return parse.apply(json.getText());
          }
        });
    return module;
  }
}
