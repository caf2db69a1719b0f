package io.crossclear.nodes;

import java.io.Serial;

/** A node cannot start or go on; the message is one sentence for people. */
public final class NodeException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  /** For people. */
  public NodeException(String message) {
    super(message);
  }

  /** For people, with what happened underneath. */
  public NodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
