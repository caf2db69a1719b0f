package io.crossclear.bridges;

import java.util.Locale;
import java.util.Optional;

/** A provider understood the call and answered with a JSON-RPC error. */
final class RpcRefusal extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 300;

  private final int code;
  private final transient Optional<String> data;

  RpcRefusal(int code, String message, Optional<String> data) {
    super("error " + code + ": " + shortened(message));
    this.code = code;
    this.data = data.map(text -> text.replace("\"", ""));
  }

  /** A provider's text cut to what a message for people can carry, on one line. */
  static String shortened(String text) {
    String line = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    return line.replaceAll("\\p{Cntrl}", " ");
  }

  /**
   * What the contract returned when it reverted; empty when there was no contract's answer to
   * return.
   */
  Optional<String> revertData() {
    return data.filter(text -> text.matches("0x([0-9a-fA-F]{2})*"));
  }

  /** Whether a contract reverted, rather than the provider being unable or unwilling. */
  boolean isRevert() {
    return code == 3 || revertData().isPresent() || says("revert");
  }

  /** Whether a smaller range of blocks may work: providers word it in many ways. */
  boolean isTooMuch() {
    return code == -32005
        || says("too many")
        || says("too large")
        || says("limit")
        || says("range")
        || says("more than")
        || says("exceed")
        || says("timeout");
  }

  /** Whether the provider has this transaction already. */
  boolean isAlreadyKnown() {
    return says("already known")
        || says("alreadyknown")
        || says("already imported")
        || says("already exists")
        || says("known transaction");
  }

  private boolean says(String words) {
    String message = getMessage();
    return message != null && message.toLowerCase(Locale.ROOT).contains(words);
  }
}
