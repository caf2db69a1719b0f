package io.crossclear.domain.signing;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.KECCAK;
import static io.crossclear.testing.TestNetwork.VERIFIER;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.address;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;
import static io.crossclear.testing.TestNetwork.word;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.testing.StubSignatures;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ActionVerifierTest {

  private final UserAction.Read action =
      new UserAction.Read(account(1, 1, 0).word(), address(9), 1000);
  private final SignedAction<UserAction.Read> signed = sign(owner(1), action);

  @Test
  void namesSignerAndDigestOfAnHonestAction() {
    var verified = VERIFIER.verify(signed);

    assertEquals(Optional.of(owner(1)), verified.signer());
    assertEquals(
        VERIFIER.typedData(action, A.chainId(), A.address()).digest(KECCAK), verified.digest());
    assertTrue(verified.knownDomain());
  }

  @Test
  void namesNobodyWhenAFieldWasChanged() {
    var changed = new UserAction.Read(action.account(), address(10), 1000);
    var verified =
        VERIFIER.verify(new SignedAction<>(changed, A.chainId(), A.address(), signed.signature()));

    assertEquals(Optional.empty(), verified.signer());
    assertNotEquals(VERIFIER.verify(signed).digest(), verified.digest());
  }

  @Test
  void knowsOnlyConnectedVaults() {
    assertFalse(VERIFIER.verify(in(A.chainId(), B.address())).knownDomain());
    assertFalse(VERIFIER.verify(in(999, A.address())).knownDomain());
    assertTrue(VERIFIER.verify(in(B.chainId(), B.address())).knownDomain());
  }

  private SignedAction<UserAction.Read> in(long chainId, Address contract) {
    return new SignedAction<>(action, chainId, contract, signed.signature());
  }

  /** A12: a signature for a wiped network is worth nothing on the next. */
  @Test
  void takesNoSignatureOfAnotherNetwork() {
    var other =
        new ActionVerifier(KECCAK, StubSignatures.INSTANCE, word(77), (chain, contract) -> true);
    assertEquals(Optional.empty(), other.verify(signed).signer());
  }
}
