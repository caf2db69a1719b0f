package io.crossclear.bridges;

import static io.crossclear.bridges.ChainFixture.account;
import static io.crossclear.bridges.ChainFixture.await;
import static io.crossclear.bridges.ChainFixture.units;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.settlement.SettlementBatch;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A vault on a real chain, from its creation to a settled batch. */
final class VaultLifecycleIT {

  private ChainFixture chain;
  private RpcPool pool;

  @BeforeEach
  void deploy() {
    chain = new ChainFixture(31_337);
    pool = chain.pool();
  }

  @AfterEach
  void stop() {
    pool.close();
    chain.close();
  }

  @Test
  void aNewVaultHasTheAttestersItWasGiven() {
    VaultView view = await(pool.vault(chain.vault.deployedAt()));

    Hash set = VaultAbi.attesterSetHash(chain.vault.attesters(), chain.vault.threshold());
    assertEquals(new VaultView(0, 1, 0, Hash.ZERO, set), view);
    ChainException before =
        assertThrows(ChainException.class, () -> await(pool.vault(chain.vault.deployedAt() - 1)));
    assertTrue(before.getMessage().contains("no such contract"), before.getMessage());
  }

  @Test
  void depositsAreReadOnceTheyAreFinal() {
    WalletTransactions wallet = chain.wallet(pool, 1);
    Hash account = account(wallet.address());
    Receipt first = wallet.deposit(chain.token, units(700), account);
    Receipt second = wallet.deposit(chain.token, units(25), account);
    ChainException early =
        assertThrows(
            ChainException.class,
            () -> await(pool.vaultLogs(first.blockNumber(), second.blockNumber())));
    assertTrue(early.getMessage().contains("finalised"), early.getMessage());

    chain.anvil.mine(5);
    BlockRef head = await(pool.finalized());
    VaultLogs logs = await(pool.vaultLogs(chain.vault.deployedAt(), head.number()));

    assertEquals(List.of(), logs.settlements());
    assertEquals(
        List.of(BigInteger.valueOf(700), BigInteger.valueOf(25)),
        logs.deposits().stream().map(VaultDeposit::quanta).toList());
    VaultDeposit last = logs.deposits().getLast();
    assertEquals(2, last.sequence());
    assertEquals(account, last.accountId());
    assertEquals(second.transactionHash(), last.transactionHash());
    assertEquals(await(pool.block(second.blockNumber())).hash(), last.blockHash());
    VaultView view = await(pool.vault(head.number()));
    assertEquals(2, view.depositSequence());
    assertEquals(last.accumulator(), view.depositAccumulator());
    assertEquals(
        units(725),
        await(pool.tokenBalance(chain.token, chain.vault.id().address(), head.number())));
    assertEquals(units(1_000_000 - 725), wallet.tokenBalance(chain.token));
    assertEquals(VaultLogs.NONE, await(pool.vaultLogs(0, first.blockNumber() - 1)));
  }

  @Test
  void aRefusedDepositNamesTheVaultsError() {
    WalletTransactions wallet = chain.wallet(pool, 1);

    ChainException refused =
        assertThrows(
            ChainException.class,
            () -> wallet.deposit(chain.token, units(9), account(wallet.address())));

    assertTrue(refused.getMessage().contains("BelowMinDeposit"), refused.getMessage());
    assertEquals(units(1_000_000), wallet.tokenBalance(chain.token));
  }

  @Test
  void threeOfFourAttestersSettleABatchOnce() {
    WalletTransactions wallet = chain.wallet(pool, 1);
    wallet.deposit(chain.token, units(500), account(wallet.address()));
    Address recipient = SigningKey.derive("recipient", 0).address();
    SettlementBatch batch = chain.batch(1, recipient, 120);
    Address relay = wallet.address();
    Address vault = chain.vault.id().address();

    assertEquals(
        Optional.of("WrongSignerCount"),
        await(pool.simulate(relay, vault, chain.settle(batch, 0, 1))));
    String settle = chain.settle(batch, 0, 2, 3);
    assertEquals(Optional.empty(), await(pool.simulate(relay, vault, settle)));
    SigningKey key = SigningKey.derive("user", 1);
    SignedTransaction transaction =
        new TransactionSigner(key, 31_337)
            .sign(
                await(pool.pendingNonce(relay)),
                await(pool.fees()),
                await(pool.estimateGas(relay, vault, settle)),
                vault,
                settle,
                BigInteger.ZERO);
    assertEquals(Optional.empty(), await(pool.receipt(transaction.hash())));
    assertEquals(transaction.hash(), await(pool.broadcast(transaction.raw())));

    Receipt receipt =
        Awaitility.await()
            .until(() -> await(pool.receipt(transaction.hash())), Optional::isPresent)
            .orElseThrow();
    assertTrue(receipt.succeeded());
    assertEquals(
        Optional.of("WrongNonce"), await(pool.simulate(relay, vault, settle)), "replay is refused");
    chain.anvil.mine(5);
    VaultLogs logs = await(pool.vaultLogs(receipt.blockNumber(), receipt.blockNumber()));
    VaultSettlement settlement = logs.settlements().getFirst();
    assertEquals(1, settlement.nonce());
    assertEquals(batch.digest(ChainFixture.KECCAK), settlement.digest());
    assertEquals(BigInteger.valueOf(120), settlement.total());
    assertEquals(1, settlement.count());
    assertEquals(List.of(), settlement.failedPushes());
    assertEquals(1, await(pool.vault(receipt.blockNumber())).nonce());
    assertEquals(
        units(120), await(pool.tokenBalance(chain.token, recipient, receipt.blockNumber())));
  }

  /**
   * The token's code is swapped for one that reports the vault's balance and reverts every
   * transfer.
   */
  @Test
  void aFailedPushWaitsForItsClaim() {
    WalletTransactions wallet = chain.wallet(pool, 1);
    wallet.deposit(chain.token, units(500), account(wallet.address()));
    WalletTransactions recipient = new WalletTransactions(pool, SigningKey.derive("recipient", 0));
    chain.deployment.fund(recipient.address(), ChainFixture.ETHER);
    JsonNode code = chain.anvil.rpc("eth_getCode", chain.token.hex(), "latest");
    chain.anvil.rpc("anvil_setCode", chain.token.hex(), refusingToken(units(500)));
    SettlementBatch batch = chain.batch(1, recipient.address(), 120);

    Receipt settled = wallet.settle(chain.settle(batch, 1, 2, 3));
    chain.anvil.rpc("anvil_setCode", chain.token.hex(), code.asText());

    assertEquals(BigInteger.valueOf(120), recipient.claimable(chain.token));
    Receipt claimed = recipient.claim(chain.token, recipient.address());
    assertEquals(BigInteger.ZERO, recipient.claimable(chain.token));
    assertEquals(units(120), recipient.tokenBalance(chain.token));
    ChainException again =
        assertThrows(ChainException.class, () -> recipient.claim(chain.token, recipient.address()));
    assertTrue(again.getMessage().contains("NothingToClaim"), again.getMessage());
    chain.anvil.mine(5);
    VaultLogs logs = await(pool.vaultLogs(settled.blockNumber(), claimed.blockNumber()));
    assertEquals(
        List.of(new VaultSettlement.FailedPush(recipient.address(), BigInteger.valueOf(120))),
        logs.settlements().getFirst().failedPushes());
  }

  /** Reverts {@code transfer}; answers everything else with this number. */
  private static String refusingToken(BigInteger balance) {
    String onTransferJump = "60003560e01c63a9059cbb14603857";
    String answer = String.format("7f%064x", balance) + "60005260206000f3";
    return "0x" + onTransferJump + answer + "5b60006000fd";
  }

  @Test
  void aKnownTransactionIsTakenAgain() {
    WalletTransactions wallet = chain.wallet(pool, 1);
    chain.anvil.rpc("evm_setAutomine", false);
    SignedTransaction transaction =
        new TransactionSigner(SigningKey.derive("user", 1), 31_337)
            .sign(0, await(pool.fees()), 21_000, wallet.address(), "0x", BigInteger.ONE);

    assertEquals(transaction.hash(), await(pool.broadcast(transaction.raw())));
    assertEquals(transaction.hash(), await(pool.broadcast(transaction.raw())));
    assertEquals(1, await(pool.pendingNonce(wallet.address())));
    assertEquals(Optional.empty(), await(pool.receipt(transaction.hash())));
  }

  @Test
  void manyWalletsDepositAtOnce() throws Exception {
    int users = 12;
    Map<Hash, BigInteger> expected = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Receipt>> deposits = new ArrayList<>();
      for (int i = 0; i < users; i++) {
        int user = i;
        Address owner = SigningKey.derive("user", user).address();
        expected.put(account(owner), BigInteger.valueOf(100 + user));
        deposits.add(
            threads.submit(
                () ->
                    chain
                        .wallet(pool, user)
                        .deposit(chain.token, units(100 + user), account(owner))));
      }
      for (Future<Receipt> deposit : deposits) {
        assertTrue(deposit.get().succeeded());
      }
    }
    chain.anvil.mine(5);
    long head = await(pool.finalized()).number();

    Map<Hash, BigInteger> logged = new HashMap<>();
    for (VaultDeposit deposit : await(pool.vaultLogs(0, head)).deposits()) {
      logged.merge(deposit.accountId(), deposit.quanta(), BigInteger::add);
    }
    assertEquals(expected, logged);
  }

  @Test
  void aReorganisationAboveFinalityLeavesFinalLogsAlone() {
    WalletTransactions wallet = chain.wallet(pool, 1);
    wallet.deposit(chain.token, units(50), account(wallet.address()));
    chain.anvil.mine(5);
    BlockRef safe = await(pool.finalized());
    VaultLogs before = await(pool.vaultLogs(0, safe.number()));
    Receipt lost = wallet.deposit(chain.token, units(60), account(wallet.address()));

    chain.anvil.reorg(2);
    chain.anvil.mine(5);

    assertEquals(before, await(pool.vaultLogs(0, safe.number())));
    assertEquals(safe, await(pool.block(safe.number())));
    long head = await(pool.finalized()).number();
    assertTrue(head >= lost.blockNumber());
    assertEquals(before, await(pool.vaultLogs(0, head)), "the reorganised deposit never shows");
    assertEquals(1, await(pool.vault(head)).depositSequence());
    assertEquals(Optional.empty(), await(pool.receipt(lost.transactionHash())));
  }

  @Test
  void aPoolOfAnotherChainSaysWhichChainItMet() {
    try (RpcPool wrong =
        new RpcPool(new VaultId(10, chain.vault.id().address()), List.of(chain.anvil.uri()))) {
      ChainException refused = assertThrows(ChainException.class, () -> await(wrong.finalized()));

      assertTrue(
          refused.getMessage().contains("is on chain 31337, not on chain 10"),
          refused.getMessage());
    }
  }
}
