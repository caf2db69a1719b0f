package io.crossclear.nodes.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.crossclear.persistence.CrossclearModule;
import java.io.IOException;

/** JSON as the API speaks it: 64-bit numbers are decimal text, nothing absent is written. */
public final class ApiJson {

  /** Levels of objects in a request; none needs more than five: an action of an order in a fill. */
  private static final int DEPTH = 8;

  /** Writes and reads {@link Answers}; a reader ignores what it does not know yet. */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModules(
              new Jdk8Module(),
              new CrossclearModule(),
              new SimpleModule("64 bits")
                  .addSerializer(Long.class, ToStringSerializer.instance)
                  .addSerializer(Long.TYPE, ToStringSerializer.instance))
          .serializationInclusion(JsonInclude.Include.NON_ABSENT)
          .build();

  private static final ObjectMapper STRICT =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ApiJson() {}

  /** One object and nothing else, every field once; anything else is a {@link Problem.Refusal}. */
  static Fields read(byte[] body) {
    try {
      JsonNode json = STRICT.readTree(body);
      if (json instanceof ObjectNode object) {
        return new Fields("", object);
      }
      throw new Problem.Refusal(ApiCode.MALFORMED_JSON, "The body must be one JSON object.");
    } catch (JsonProcessingException malformed) {
      if (malformed.getOriginalMessage().startsWith("Duplicate field")) {
        throw new Problem.Refusal(
            ApiCode.DUPLICATE_FIELD, "A field is there twice, " + where(malformed) + ".");
      }
      throw new Problem.Refusal(ApiCode.MALFORMED_JSON, "Not JSON, " + where(malformed) + ".");
    } catch (IOException unreadable) {
      throw new Problem.Refusal(ApiCode.MALFORMED_JSON, "The body is not text in UTF-8.");
    }
  }

  private static String where(JsonProcessingException malformed) {
    JsonLocation at = malformed.getLocation();
    return at == null ? "at its end" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** An answer as text. */
  public static byte[] write(Object answer) {
    try {
      return MAPPER.writeValueAsBytes(answer);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
