package io.crossclear.simulation;

import static io.crossclear.testing.TestNetwork.A;
import static io.crossclear.testing.TestNetwork.B;
import static io.crossclear.testing.TestNetwork.C;
import static io.crossclear.testing.TestNetwork.ETH;
import static io.crossclear.testing.TestNetwork.GENESIS;
import static io.crossclear.testing.TestNetwork.USDC;
import static io.crossclear.testing.TestNetwork.account;
import static io.crossclear.testing.TestNetwork.owner;
import static io.crossclear.testing.TestNetwork.sign;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.UserAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * One run from one seed: users act, bridges tick, messages are lost, repeated, delayed and
 * reordered, entities crash, clocks jump; then the faults stop and everything must come to rest.
 */
final class Simulation {

  private static final List<VaultId> VAULTS = List.of(A, B, C);
  private static final long START = 1_700_000_000_000L;

  final Network network;
  private final long seed;
  private final Random random;
  private final List<Message> queue = new ArrayList<>();
  private final List<Message> stale = new ArrayList<>();
  private final long[] nonces = new long[4];
  private final Set<VaultId> stalled = new TreeSet<>();
  private long now = START;
  private boolean faulty = true;

  Simulation(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.network = new Network(this::nodeTime, this::send);
    if (seed % 3 == 0) {
      network.liar = Optional.of(random.nextInt(4));
    }
    network.mayHalt = seed % 5 == 0;
  }

  /** A node's clock is up to five seconds off while nothing is orderly. */
  private long nodeTime() {
    return faulty && now > START ? now + random.nextInt(10_001) - 5_000 : now;
  }

  private void send(Message message) {
    if (!faulty) {
      queue.add(message);
      return;
    }
    int fate = random.nextInt(20);
    if (fate < 3) {
      return;
    }
    queue.add(message);
    if (fate < 6) {
      queue.add(message);
    }
    if (fate < 8) {
      stale.add(message);
    }
  }

  /** Runs so many random commands, then lets everything come to rest. */
  Simulation run(int commands) {
    try {
      for (int i = 0; i < commands; i++) {
        step();
      }
      settle();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("simulation failed; reproduce with seed " + seed, e);
    }
    return this;
  }

  private void step() {
    now += random.nextInt(2_000);
    int command = random.nextInt(100);
    VaultId vault = VAULTS.get(random.nextInt(3));
    if (command < 5) {
      deposit(vault);
    } else if (command < 12) {
      withdraw(vault);
    } else if (command < 15) {
      transfer();
    } else if (command < 23) {
      mine(vault);
    } else if (command < 33) {
      network.read(vault, ChainModel.LAG + random.nextInt(3));
    } else if (command < 38) {
      network.report(vault);
    } else if (command < 43) {
      network.propose(vault);
    } else if (command < 51) {
      network.sendPending(vault);
    } else if (command < 54) {
      network.transfers.keySet().stream().toList().forEach(network::askNext);
    } else if (command < 92) {
      deliverSome();
    } else if (command < 94) {
      deliverStale();
    } else if (command < 97) {
      crash();
    } else if (command < 98) {
      jump();
    } else if (command < 99) {
      mineMany();
    } else {
      misfortune(vault);
    }
  }

  private void deliverSome() {
    for (int i = random.nextInt(4); i >= 0 && !queue.isEmpty(); i--) {
      network.deliver(queue.remove(random.nextInt(queue.size())));
    }
  }

  private void deliverStale() {
    if (!stale.isEmpty()) {
      network.deliver(stale.get(random.nextInt(stale.size())));
    }
  }

  /** Everybody is rebuilt; half of the time what was under way is lost too. */
  private void crash() {
    network.crashAll();
    if (random.nextBoolean()) {
      queue.removeIf(message -> random.nextBoolean());
    }
  }

  /** Minutes or, rarely, days pass. */
  private void jump() {
    boolean days = random.nextInt(10) == 0;
    now += days ? 2L * 24 * 3_600_000 : random.nextInt(20 * 60_000);
  }

  /** A chain takes no transactions for a while, or one that may do so rewrites what was final. */
  private void misfortune(VaultId vault) {
    if (network.mayHalt && vault.equals(C) && random.nextInt(3) == 0) {
      network.readRewritten(C);
    } else if (!stalled.remove(vault)) {
      stalled.add(vault);
    }
  }

  private void mine(VaultId vault) {
    network.chain(vault).mine(now / 1000 + random.nextInt(3), random, inclusion(vault));
    network.checker.check();
  }

  /** One in so many transactions is included in a block; 0 for none. */
  private int inclusion(VaultId vault) {
    return stalled.contains(vault) ? 0 : 2;
  }

  private void mineMany() {
    for (VaultId vault : VAULTS) {
      for (int i = 0; i < 4; i++) {
        mine(vault);
      }
    }
  }

  private AccountId someAccount() {
    int pool = random.nextInt(8);
    return account(random.nextInt(4), pool == 7 ? 9 : pool % 3, random.nextInt(2));
  }

  private Asset someAsset() {
    return random.nextInt(3) == 0 ? ETH : USDC;
  }

  private void deposit(VaultId vault) {
    Asset asset = vault.equals(C) ? USDC : someAsset();
    network.chain(vault).deposit(asset, someAccount().word(), 1 + random.nextInt(800));
  }

  /** The owner's number is in his address; nonces are rarely used twice. */
  private long nonce(int owner) {
    return random.nextInt(20) == 0 ? nonces[owner] : ++nonces[owner];
  }

  private long deadline() {
    return now / 1000
        + (random.nextInt(5) == 0 ? random.nextInt(90) : 60 + random.nextInt(400_000));
  }

  private void withdraw(VaultId vault) {
    AccountId account = fundedAccount();
    int owner = ownerOf(account);
    Asset asset = heldBy(account);
    UserAction.Withdraw action =
        new UserAction.Withdraw(
            account.word(),
            asset.symbol(),
            someAmount(account, asset),
            vault.chainId(),
            owner(50 + owner),
            nonce(owner),
            deadline());
    int signer = random.nextInt(30) == 0 ? 99 : owner;
    send(new Message.AskPayout(vault, sign(owner(signer), action)));
  }

  private Asset heldBy(AccountId account) {
    List<Asset> held = List.copyOf(network.account(account).state().balances().keySet());
    return held.isEmpty() ? someAsset() : held.get(random.nextInt(held.size()));
  }

  /** Usually no more than the account has. */
  private long someAmount(AccountId account, Asset asset) {
    long balance = network.account(account).state().balance(asset);
    return 5 + random.nextInt(random.nextInt(6) == 0 ? 2_000 : (int) Math.max(1, balance));
  }

  private AccountId fundedAccount() {
    List<AccountId> known = List.copyOf(network.accounts.keySet());
    return known.isEmpty() || random.nextInt(10) == 0
        ? someAccount()
        : known.get(random.nextInt(known.size()));
  }

  private static int ownerOf(AccountId account) {
    for (int i = 0; i < 4; i++) {
      if (account.owner().equals(owner(i))) {
        return i;
      }
    }
    throw new AssertionError(account.toString());
  }

  private void transfer() {
    AccountId from = fundedAccount();
    int owner = ownerOf(from);
    Asset asset = heldBy(from);
    AccountId to =
        account(random.nextInt(10) == 0 ? 3 : owner, random.nextInt(3), random.nextInt(2));
    UserAction.Transfer action =
        new UserAction.Transfer(
            from.word(),
            to.word(),
            asset.symbol(),
            someAmount(from, asset),
            nonce(owner),
            deadline());
    send(new Message.AskTransfer(sign(owner(owner), action)));
  }

  // ---- rest

  /** No more faults: first what is under way, then everything that was ever repeated. */
  void settle() {
    faulty = false;
    drain();
    stale.forEach(network::deliver);
    drain();
    network.crashAll();
    network.checker.check();
    paidOrReturned();
  }

  private void drain() {
    for (int round = 0; round < 600; round++) {
      if (atRest()) {
        return;
      }
      now += 15_000;
      for (VaultId vault : VAULTS) {
        network.chain(vault).mine(now / 1000, random, 1);
        network.checker.check();
        network.read(vault, ChainModel.LAG);
        network.report(vault);
        network.propose(vault);
        network.sendPending(vault);
      }
      network.transfers.keySet().stream().toList().forEach(network::askNext);
      List<Message> now = List.copyOf(queue);
      queue.clear();
      now.forEach(network::deliver);
    }
    throw new AssertionError("does not come to rest: " + restless());
  }

  private boolean atRest() {
    return queue.isEmpty() && restless().isEmpty();
  }

  private List<Object> restless() {
    List<Object> restless = new ArrayList<>();
    for (VaultId vault : VAULTS) {
      VaultBook book = network.book(vault);
      ChainModel chain = network.chain(vault);
      long last = chain.finalHead(ChainModel.LAG).depositSequence();
      boolean resting = book.idle() && chain.quiet() && last == book.depositSequence();
      if (!resting && book.halted().isEmpty()) {
        restless.add(book);
      }
    }
    network.transfers.forEach(
        (id, journal) -> {
          if (journal.state().open()) {
            restless.add(journal.state());
          }
        });
    return restless;
  }

  /**
   * At rest nothing is set aside or under way, nothing is promised, and every vault is its ledger.
   */
  private void paidOrReturned() {
    List<Long> stopped =
        VAULTS.stream()
            .filter(vault -> network.book(vault).halted().isPresent())
            .map(VaultId::chainId)
            .toList();
    for (Journal<MarginAccount, AccountEvent> journal : network.accounts.values()) {
      MarginAccount account = journal.state();
      boolean waiting =
          account.withdrawals().values().stream()
              .anyMatch(r -> !stopped.contains(r.signed().action().toChain()));
      if (waiting || !account.outgoing().isEmpty()) {
        throw new AssertionError("units are stranded: " + account);
      }
    }
    if (!stopped.isEmpty()) {
      return;
    }
    if (network.treasury.state().grants().size() != 0) {
      throw new AssertionError("promised for ever: " + network.treasury.state().grants());
    }
    for (Asset asset : List.of(USDC, ETH)) {
      long ledger =
          network.accounts.values().stream().mapToLong(j -> j.state().balance(asset)).sum();
      long vaults = network.chains.values().stream().mapToLong(c -> c.balance(asset)).sum();
      if (ledger != vaults) {
        throw new AssertionError("ledger has " + ledger + " of " + asset + ", vaults " + vaults);
      }
    }
  }

  // ---- for tests that break something on purpose

  /** A run without faults that ends at rest with something in every account. */
  static Simulation calm() {
    Simulation simulation = new Simulation(1);
    simulation.faulty = false;
    for (VaultId vault : VAULTS) {
      simulation.network.chain(vault).deposit(USDC, account(1, 1, 0).word(), 700);
      simulation.network.chain(vault).deposit(USDC, account(2, 2, 1).word(), 500);
    }
    simulation.drain();
    return simulation;
  }

  void ask(UserAction.Withdraw action, int owner) {
    VaultId vault = GENESIS.vaultOn(action.toChain()).orElseThrow().id();
    network.deliver(new Message.AskPayout(vault, sign(owner(owner), action)));
  }

  void ask(UserAction.Transfer action, int owner) {
    network.deliver(new Message.AskTransfer(sign(owner(owner), action)));
  }

  long now() {
    return now;
  }

  /** Everybody ticks until this holds. */
  void until(java.util.function.BooleanSupplier holds) {
    for (int round = 0; round < 200 && !holds.getAsBoolean(); round++) {
      now += 1_000;
      for (VaultId vault : VAULTS) {
        network.report(vault);
        network.propose(vault);
        network.sendPending(vault);
      }
      network.transfers.keySet().stream().toList().forEach(network::askNext);
      while (!queue.isEmpty() && !holds.getAsBoolean()) {
        network.deliver(queue.removeFirst());
      }
    }
    if (!holds.getAsBoolean()) {
      throw new AssertionError("never came");
    }
  }

  Hash digest(UserAction action, int owner) {
    return io.crossclear.testing.TestNetwork.id(sign(owner(owner), action));
  }
}
