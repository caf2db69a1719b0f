package io.crossclear.nodes.oracle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossclear.domain.oracle.FeedId;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A ticker: {@code {"symbol":"BTC/USD","price":"50000.12","time":1700000000000}}. The price is
 * decimal text of up to 8 places, the time milliseconds since 1970. These three fields, each once,
 * and nothing else.
 *
 * @param price in 1e-8
 */
record TickerJson(FeedId symbol, long price, long time) {

  private static final int DECIMALS = FeedId.DECIMALS;
  private static final Pattern PRICE =
      Pattern.compile("(-?)(0|[1-9][0-9]{0,9})(?:\\.([0-9]{1,8}))?");

  private static final ObjectMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(2)
                          .maxNumberLength(20)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * @throws PriceSourceException when the bytes are anything but a ticker
   */
  static TickerJson parse(byte[] bytes) {
    JsonNode json;
    try {
      json = STRICT.readTree(bytes);
    } catch (IOException malformed) {
      throw new PriceSourceException("the ticker is no JSON");
    }
    if (!json.isObject() || json.size() != 3) {
      throw new PriceSourceException(
          "the ticker must have symbol, price and time and nothing else");
    }
    JsonNode symbol = json.path("symbol");
    JsonNode price = json.path("price");
    JsonNode time = json.path("time");
    if (!symbol.isTextual() || !price.isTextual() || !time.isIntegralNumber()) {
      throw new PriceSourceException(
          "the ticker's symbol and price must be text and its time a whole number");
    }
    if (!time.canConvertToLong() || time.longValue() < 0) {
      throw new PriceSourceException("the ticker's time is out of range");
    }
    return new TickerJson(feed(symbol.textValue()), units(price.textValue()), time.longValue());
  }

  private static FeedId feed(String symbol) {
    try {
      return new FeedId(symbol);
    } catch (IllegalArgumentException noFeed) {
      throw new PriceSourceException("the ticker's symbol is no pair");
    }
  }

  private static long units(String price) {
    Matcher parts = PRICE.matcher(price);
    if (!parts.matches()) {
      throw new PriceSourceException("the ticker's price must be decimal text of up to 8 places");
    }
    String places = parts.group(3) == null ? "" : parts.group(3);
    String digits = parts.group(2) + places + "0".repeat(DECIMALS - places.length());
    long units = Long.parseLong(digits, 0, digits.length(), 10);
    return parts.group(1).isEmpty() ? units : -units;
  }

  /** The ticker's text. */
  String write() {
    long size = Math.abs(price);
    return "{\"symbol\":\"%s\",\"price\":\"%s%d.%08d\",\"time\":%d}"
        .formatted(symbol, price < 0 ? "-" : "", size / 100_000_000L, size % 100_000_000L, time);
  }
}
