package io.crossclear.nodes.oracle;

/**
 * A source that did not answer, or not in a way that can be believed. The message says what was
 * wrong.
 */
public final class PriceSourceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public PriceSourceException(String message) {
    super(message);
  }
}
