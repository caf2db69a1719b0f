package io.crossclear.nodes.client;

/**
 * Nobody answered in time; whether the request was taken is not known, and sending it again is
 * safe.
 */
public final class ApiUnreachable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ApiUnreachable(String sentence) {
    super(sentence);
  }

  public ApiUnreachable(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
