package io.crossclear.nodes.supervisor;

/** Why the local network cannot do what was asked, in one sentence for its user. */
public final class LocalNetworkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A reason of our own. */
  public LocalNetworkException(String sentence) {
    super(sentence);
  }

  /** A reason with what lies beneath it. */
  public LocalNetworkException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
