package io.crossclear.nodes.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.domain.signing.ActionVerifier.Verified;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.TypedData;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a request was refused: RFC 9457 with our own members.
 *
 * @param type {@code urn:crossclear:problem:} and the code
 * @param title the same for every occurrence of the code
 * @param status of HTTP
 * @param code name of an {@link ApiCode}, or of one that this program does not know yet
 * @param detail one sentence on this occurrence
 * @param recoveredSigner who signed the digest, when a signature was refused and anybody can have
 * @param expectedSigner who had to sign it
 * @param digest that was recovered from
 * @param typedData that was hashed, in the form of {@code eth_signTypedData_v4}
 */
public record Problem(
    String type,
    String title,
    int status,
    String code,
    String detail,
    Optional<Address> recoveredSigner,
    Optional<Address> expectedSigner,
    Optional<Hash> digest,
    Optional<JsonNode> typedData) {

  /** A problem without evidence. */
  public static Problem of(ApiCode code, String detail) {
    return new Problem(
        type(code),
        code.title(),
        code.status(),
        code.name(),
        detail,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** A signature that is not its owner's, with everything that was looked at. */
  static Problem wrongSigner(Verified verified, Address expected, TypedData hashed) {
    return wrongSigner(verified.signer(), verified.digest(), expected, hashed);
  }

  /**
   * The same of a signature that is no user's.
   *
   * @param signer who signed the digest; empty when nobody can have
   */
  static Problem wrongSigner(
      Optional<Address> signer, Hash digest, Address expected, TypedData hashed) {
    String detail =
        signer
            .map(
                recovered ->
                    "Signed by "
                        + recovered
                        + " and not by "
                        + expected
                        + ", or something else was signed.")
            .orElse("Nobody can have made this signature; " + expected + " had to.");
    return new Problem(
        type(ApiCode.WRONG_SIGNER),
        ApiCode.WRONG_SIGNER.title(),
        ApiCode.WRONG_SIGNER.status(),
        ApiCode.WRONG_SIGNER.name(),
        detail,
        signer,
        Optional.of(expected),
        Optional.of(digest),
        Optional.of(TypedDataJson.of(hashed)));
  }

  private static String type(ApiCode code) {
    return "urn:crossclear:problem:" + code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The code, when this program knows it. */
  public Optional<ApiCode> known() {
    return ApiCode.of(code);
  }

  /** Whether this is the reason. */
  public boolean is(ApiCode other) {
    return code.equals(other.name());
  }

  /** Leaves the middle of a request with its answer. */
  static final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    Refusal(Problem problem) {
      super(problem.code(), null, false, false);
      this.problem = problem;
    }

    Refusal(ApiCode code, String detail) {
      this(Problem.of(code, detail));
    }

    Problem problem() {
      return problem;
    }
  }
}
