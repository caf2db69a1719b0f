package io.crossclear.bridges;

/**
 * A chain gave no answer that can be believed. The message is for people: what was asked, and which
 * provider said what. Keys in provider addresses are left out of it.
 */
public final class ChainException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a sentence for people. */
  public ChainException(String message) {
    super(message);
  }

  /** With a sentence for people and what lies beneath it. */
  public ChainException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Always there. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
