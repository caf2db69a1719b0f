package io.crossclear.nodes.demo;

/** Why a demo could not be finished, in one sentence for its user. */
public final class DemoException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DemoException(String sentence) {
    super(sentence);
  }

  DemoException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
