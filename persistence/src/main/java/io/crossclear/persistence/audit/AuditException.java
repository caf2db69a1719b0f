package io.crossclear.persistence.audit;

/** The journal is not what a ledger can be made of; the message says where, in one sentence. */
public final class AuditException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  AuditException(String sentence) {
    super(sentence);
  }

  AuditException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
