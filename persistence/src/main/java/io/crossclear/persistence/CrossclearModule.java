package io.crossclear.persistence;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.AttesterBook.Slot;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Signature;
import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.function.Function;

/**
 * The wire: how the domain's types become JSON or CBOR, without one annotation in the domain.
 *
 * <ul>
 *   <li>A record is an object of its components, by name, in their order; methods that look like
 *       getters are not.
 *   <li>An asset, an address, a hash, a signature, an account, a vault, a vault's nonce and a
 *       duration (ISO 8601) are their text, also as keys of a map.
 *   <li>A value behind a sealed interface carries its wire name as {@code type} ({@code withdraw});
 *       a value behind its own record does not, because whoever reads it knows.
 *   <li>Nothing absent is written. A missing or null component is refused when read, unless it is
 *       {@code Optional}: an amount never becomes 0 by accident. So a new component is {@code
 *       Optional}, or comes with a migration.
 *   <li>Unknown properties are ignored, so that an older node reads what a newer one wrote during a
 *       rolling restart.
 * </ul>
 */
public final class CrossclearModule extends SimpleModule {

  private static final long serialVersionUID = 1L;

  /** Pekko creates the module by name. */
  public CrossclearModule() {
    super("crossclear");
    text(Asset.class, Asset::symbol, Asset::new);
    text(Address.class, Address::hex, Address::new);
    text(Hash.class, Hash::hex, Hash::new);
    text(Signature.class, Signature::hex, Signature::new);
    text(AccountId.class, AccountId::hex, AccountId::new);
    text(VaultId.class, VaultId::toString, VaultId::parse);
    text(Slot.class, Slot::toString, Slot::parse);
    text(Duration.class, Duration::toString, CrossclearModule::duration);
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("a duration is written like PT0.5S", e);
    }
  }

  /** A mapper of the same wire as readable JSON, for tables, reports and samples. */
  public static ObjectMapper json() {
    return JsonMapper.builder().addModules(new Jdk8Module(), new CrossclearModule()).build();
  }

  @Override
  public void setupModule(SetupContext context) {
    super.setupModule(context);
    context.insertAnnotationIntrospector(new WireShape());
    context.addSerializers(new BucketMapOnWire.Writing());
    context.addDeserializers(new BucketMapOnWire.Reading());
    ObjectMapper mapper = context.getOwner();
    mapper
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
  }

  private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
    addSerializer(
        type,
        new JsonSerializer<T>() {
          @Override
          public void serialize(T value, JsonGenerator to, SerializerProvider provider)
              throws IOException {
            to.writeString(write.apply(value));
          }
        });
    addKeySerializer(
        type,
        new JsonSerializer<T>() {
          @Override
          public void serialize(T value, JsonGenerator to, SerializerProvider provider)
              throws IOException {
            to.writeFieldName(write.apply(value));
          }
        });
    addDeserializer(type, new TextDeserializer<>(type, read));
    addKeyDeserializer(
        type,
        new KeyDeserializer() {
          @Override
          public Object deserializeKey(String text, DeserializationContext context)
              throws IOException {
            try {
              return read.apply(text);
            } catch (IllegalArgumentException e) {
              throw context.weirdKeyException(type, text, String.valueOf(e.getMessage()));
            }
          }
        });
  }

  private static final class TextDeserializer<T> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1L;
    private final Class<T> type;
    private final transient Function<String, T> read;

    TextDeserializer(Class<T> type, Function<String, T> read) {
      super(type);
      this.type = type;
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser from, DeserializationContext context) throws IOException {
      if (!from.hasToken(JsonToken.VALUE_STRING)) {
        throw context.wrongTokenException(from, type, JsonToken.VALUE_STRING, "must be text");
      }
      String text = from.getText();
      try {
        return read.apply(text);
      } catch (IllegalArgumentException e) {
        throw context.weirdStringException(text, type, String.valueOf(e.getMessage()));
      }
    }
  }
}
