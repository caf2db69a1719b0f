package io.crossclear.nodes.http;

import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.signing.ActionVerifier;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Who may act as the operator: whoever has his token. Who may read an account: the operator, and
 * its owner, by a signed {@code Read}. A {@code Read} is shown like a ticket until it expires, so
 * it is good for a day at most and its key must be nobody's or the owner's own.
 */
final class ReadAccess {

  /** The scheme of the header. */
  static final String READ = "Crossclear-Read ";

  private static final String BEARER = "Bearer ";

  private final ActionVerifier verifier;
  private final ApiSettings settings;

  ReadAccess(ActionVerifier verifier, ApiSettings settings) {
    this.verifier = verifier;
    this.settings = settings;
  }

  /** Returns when the header allows reading the account, else refuses. */
  void check(Optional<String> authorization, AccountId account) {
    String header = authorization.orElse("");
    if (header.startsWith(BEARER)) {
      operator(header.substring(BEARER.length()));
    } else if (header.startsWith(READ)) {
      owner(header.substring(READ.length()), account);
    } else {
      throw unauthorized(
          "An account is shown to its owner's Read signature or to the operator's token.");
    }
  }

  /** Returns when the header is the operator's, else refuses. */
  void checkOperator(Optional<String> authorization) {
    operator(
        authorization
            .filter(header -> header.startsWith(BEARER))
            .map(header -> header.substring(BEARER.length()))
            .orElseThrow(() -> unauthorized("Only the operator's token lets do this.")));
  }

  private void operator(String token) {
    byte[] given = token.getBytes(StandardCharsets.UTF_8);
    boolean same =
        settings
            .operatorToken()
            .filter(
                expected -> MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given))
            .isPresent();
    if (!same) {
      throw unauthorized("The token is not the operator's.");
    }
  }

  private void owner(String encoded, AccountId account) {
    SignedAction<UserAction.Read> signed = decode(encoded);
    UserAction.Read read = signed.action();
    if (!read.account().equals(account.word())) {
      throw new Problem.Refusal(ApiCode.FORBIDDEN, "The Read signature is for another account.");
    }
    if (!read.key().equals(Address.ZERO) && !read.key().equals(account.owner())) {
      throw new Problem.Refusal(ApiCode.FORBIDDEN, "The Read signature is for another key.");
    }
    ActionVerifier.Verified verified = verifier.verify(signed);
    if (!verified.knownDomain()) {
      throw unauthorized("The Read signature's domain names no vault of this network.");
    }
    if (verified.signer().filter(account.owner()::equals).isEmpty()) {
      throw new Problem.Refusal(
          Problem.wrongSigner(
              verified,
              account.owner(),
              verifier.typedData(read, signed.chainId(), signed.verifyingContract())));
    }
    if (read.expires() <= settings.seconds()) {
      throw unauthorized("The Read signature has expired.");
    }
    if (read.expires() - settings.seconds() > ApiSettings.READ_SECONDS) {
      throw unauthorized("The Read signature must expire within a day.");
    }
  }

  private static SignedAction<UserAction.Read> decode(String encoded) {
    try {
      Fields fields = ApiJson.read(Base64.getUrlDecoder().decode(encoded.strip()));
      SignedAction<UserAction.Read> signed =
          new SignedAction<>(
              new UserAction.Read(
                  fields.word("account"), fields.address("key"), fields.uint64("expires")),
              fields.chainId("chainId"),
              fields.address("verifyingContract"),
              fields.signature("signature"));
      fields.end();
      return signed;
    } catch (IllegalArgumentException noBase64) {
      throw unauthorized("What follows Crossclear-Read must be base64url.");
    } catch (Problem.Refusal refusal) {
      throw unauthorized("The Read signature cannot be read: " + refusal.problem().detail());
    }
  }

  private static Problem.Refusal unauthorized(String detail) {
    return new Problem.Refusal(ApiCode.UNAUTHORIZED, detail);
  }
}
