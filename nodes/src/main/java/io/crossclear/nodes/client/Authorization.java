package io.crossclear.nodes.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.http.ApiJson;
import io.crossclear.nodes.http.TypedDataJson;
import java.util.Base64;

/**
 * What lets a client read an account. Whoever has the text can read until it expires, so its {@code
 * toString} hides it.
 *
 * @param header value of the header {@code Authorization}
 */
public record Authorization(String header) {

  /** The operator's. */
  public static Authorization operator(String token) {
    return new Authorization("Bearer " + token);
  }

  /** An owner's. */
  public static Authorization of(SignedAction<UserAction.Read> signed) {
    ObjectNode json = TypedDataJson.message(signed.action().fields());
    json.put("chainId", Long.toString(signed.chainId()));
    json.put("verifyingContract", signed.verifyingContract().hex());
    json.put("signature", signed.signature().hex());
    return new Authorization(
        "Crossclear-Read "
            + Base64.getUrlEncoder().withoutPadding().encodeToString(ApiJson.write(json)));
  }

  @Override
  public String toString() {
    return header.substring(0, Math.max(0, header.indexOf(' '))) + " …";
  }
}
