package io.crossclear.nodes.client;

import static io.crossclear.nodes.http.TestNetwork.ASTER;
import static io.crossclear.nodes.http.TestNetwork.GENESIS;
import static io.crossclear.nodes.http.TestNetwork.USDC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.bridges.BouncyKeccak;
import io.crossclear.bridges.Secp256k1;
import io.crossclear.bridges.SigningKey;
import io.crossclear.domain.signing.SignedAction;
import io.crossclear.domain.signing.TypedData;
import io.crossclear.domain.signing.UserAction;
import io.crossclear.nodes.http.Answers;
import io.crossclear.nodes.http.TypedDataJson;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SignerTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

  private final SigningKey key = SigningKey.random();
  private final Signer signer = new Signer(GENESIS, key, InstantSource.fixed(NOW));

  @Test
  void itsSignatureRecoversToItsAddress() {
    SignedAction<UserAction.Withdraw> signed =
        signer.withdraw(signer.account(1, 0), USDC, 5, 31001, signer.address());
    TypedData data = signer.typedData(signed.action(), ASTER);
    assertEquals(
        Optional.of(key.address()),
        Secp256k1.best().recover(data.digest(new BouncyKeccak()), signed.signature()));
    assertEquals(signer.id(signed), data.digest(new BouncyKeccak()));
    assertEquals(NOW.getEpochSecond() + 600, signed.action().deadline());
  }

  @Test
  void everyActionHasItsOwnNonceOf62Bits() {
    var first = signer.transfer(signer.account(1, 0), signer.account(1, 1), USDC, 1).action();
    var second = signer.transfer(signer.account(1, 0), signer.account(1, 1), USDC, 1).action();
    assertNotEquals(first.nonce(), second.nonce());
    assertTrue(first.nonce() >= 0 && first.nonce() < 1L << 62);
  }

  @Test
  void whatAServerChangedInTheLeastIsSeen() {
    UserAction.Withdraw action =
        signer.withdraw(signer.account(1, 0), USDC, 5, 31001, signer.address()).action();
    TypedData data = signer.typedData(action, ASTER);
    Answers.AsOf asOf = new Answers.AsOf(0, 0, Collections.emptySortedMap());
    ObjectNode honest = (ObjectNode) TypedDataJson.of(data);
    assertTrue(
        signer.agrees(
            new Answers.Prepared(asOf, honest, data.digest(new BouncyKeccak())), action, ASTER));
    ObjectNode sly = honest.deepCopy();
    sly.withObject("/message").put("amount", "50");
    assertFalse(
        signer.agrees(
            new Answers.Prepared(asOf, sly, data.digest(new BouncyKeccak())), action, ASTER));
    assertFalse(
        signer.agrees(
            new Answers.Prepared(asOf, honest, GENESIS.networkId(new BouncyKeccak())),
            action,
            ASTER));
  }

  @Test
  void usersOfALocalNetworkAreAlwaysTheSameAndDiffer() {
    assertEquals(DevUsers.key(GENESIS, 1).address(), DevUsers.key(GENESIS, 1).address());
    assertNotEquals(DevUsers.key(GENESIS, 1).address(), DevUsers.key(GENESIS, 2).address());
    assertNotEquals(
        DevUsers.key(GENESIS, 1).address(),
        DevUsers.key(
                io.crossclear.nodes.http.TestNetwork.genesis(
                    io.crossclear.domain.signing.Hash.ZERO),
                1)
            .address());
  }
}
