package io.crossclear.simulation;

import static io.crossclear.testing.TestNetwork.GENESIS;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.TokenConfig;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Conservation;
import io.crossclear.domain.ledger.ImportLine;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultBook.RawDeposit;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.settlement.Withdrawal;
import io.crossclear.domain.signing.Hash;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must hold after every event, computed a second way: from what the chains really did and from
 * who holds what, never from the figures that the domain keeps for itself.
 *
 * <ol>
 *   <li>I1, per asset: accounts + in transit + set aside = vaults − not yet credited + paid and not
 *       yet posted = credited − posted; and what is owed is covered (I3).
 *   <li>No balance is negative; imports never exceed it.
 *   <li>Per asset and vault: the treasury's imports = accounts' + those under way between accounts
 *       + those set aside without a grant + deposits booked and not credited.
 *   <li>Per asset and vault: the vault's balance = net import + deposits not booked − payouts whose
 *       grant is open; pending = open grants; free + exported ≥ 0 (A01), and the exports fit a
 *       bucket that is filled continuously.
 *   <li>A deposit is credited once (A16), a transfer arrives once, a withdrawal is paid once (A04)
 *       and never both paid and returned (A21).
 * </ol>
 */
final class Checker {

  private static final BigInteger HOUR = BigInteger.valueOf(3_600_000);

  private record Line(Asset asset, long chain) {}

  private record Bucket(BigInteger level, long time) {}

  private record Numbered(VaultId vault, long sequence) {}

  private final Network network;
  private final Set<Numbered> credited = new HashSet<>();
  private final Set<Hash> arrived = new HashSet<>();
  private final Map<Hash, AccountEvent.TransferDebited> debited = new HashMap<>();
  private final Set<Hash> returned = new HashSet<>();
  private final Set<Hash> posted = new HashSet<>();
  private final Map<VaultId, Long> booked = new HashMap<>();
  private final Map<Asset, Long> creditedUnits = new HashMap<>();
  private final Map<Asset, Long> postedUnits = new HashMap<>();
  private final Map<Line, Bucket> buckets = new HashMap<>();
  private long events;

  Checker(Network network) {
    this.network = network;
  }

  long events() {
    return events;
  }

  void fail(String what) {
    throw new AssertionError(what);
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      fail(what);
    }
  }

  private void equal(long expected, long actual, String what) {
    if (expected != actual) {
      fail(what + ": expected " + expected + ", is " + actual);
    }
  }

  // ---- single events

  void seen(Object event) {
    events++;
    switch (event) {
      case AccountEvent.Credited e -> credited(e);
      case AccountEvent.TransferDebited e -> debited.put(e.id(), e);
      case AccountEvent.TransferCredited e -> arrived(e);
      case AccountEvent.WithdrawalVoided e -> require(returned.add(e.id()), "returned twice: " + e);
      case AccountEvent.WithdrawalPosted e -> {
        require(posted.add(e.id()), "posted twice: " + e);
        ChainModel.Payment payment = payment(e.id());
        postedUnits.merge(payment.asset(), payment.units(), Long::sum);
      }
      case TreasuryEvent.ReportBooked e -> {
        booked.put(e.vault(), e.report().depositsThrough());
        e.report()
            .requests()
            .forEach(
                request ->
                    e.granted().stream()
                        .filter(grant -> grant.id().equals(request.id()) && grant.export() > 0)
                        .forEach(
                            grant -> export(e.vault(), request.asset(), grant.export(), e.time())));
      }
      case VaultEvent.Halted e -> {
        if (!network.mayHalt) {
          fail("halted although the chain is honest: " + e);
        }
      }
      default -> {}
    }
  }

  private ChainModel.Payment payment(Hash id) {
    return network.chains.values().stream()
        .flatMap(chain -> chain.payments().stream())
        .filter(payment -> payment.withdrawal().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("posted but never paid: " + id));
  }

  private void credited(AccountEvent.Credited e) {
    require(credited.add(new Numbered(e.vault(), e.sequence())), "credited twice: " + e);
    RawDeposit deposit = network.chain(e.vault()).allDeposits().get((int) e.sequence() - 1);
    equal(deposit.units().longValueExact(), e.units(), "credited units of " + e);
    creditedUnits.merge(e.asset(), e.units(), Long::sum);
    require(
        network.account(target(deposit)).events().contains(e), "credited to another account: " + e);
  }

  private static AccountId target(RawDeposit deposit) {
    AccountId named = new AccountId(deposit.account().hex());
    Asset asset = assetOf(deposit);
    boolean accepted =
        GENESIS.pools().stream()
            .anyMatch(pool -> pool.number() == named.pool() && pool.accepts().contains(asset));
    return accepted || named.pool() == 0 ? named : AccountId.of(named.owner(), 0, 0);
  }

  private static Asset assetOf(RawDeposit deposit) {
    return GENESIS.vaults().stream()
        .flatMap(vault -> vault.tokens().stream())
        .filter(token -> token.token().equals(deposit.token()))
        .findFirst()
        .map(TokenConfig::asset)
        .orElseThrow();
  }

  private void arrived(AccountEvent.TransferCredited e) {
    require(arrived.add(e.id()), "arrived twice: " + e);
    AccountEvent.TransferDebited sent =
        Optional.ofNullable(debited.get(e.id()))
            .orElseThrow(() -> new AssertionError("never sent: " + e));
    equal(sent.signed().action().amount(), e.units(), "units that arrived");
    require(sent.imports().equals(e.imports()), "imports that arrived: " + e);
  }

  /** A bucket in units × milliseconds per hour, so that nothing is rounded. */
  private void export(VaultId vault, Asset asset, long units, long time) {
    TokenConfig token = GENESIS.vault(vault).flatMap(config -> config.token(asset)).orElseThrow();
    BigInteger cap = BigInteger.valueOf(token.exportCap()).multiply(HOUR);
    Bucket before = buckets.getOrDefault(new Line(asset, vault.chainId()), new Bucket(cap, time));
    BigInteger refill =
        BigInteger.valueOf(time - before.time())
            .multiply(BigInteger.valueOf(token.exportRefillPerHour()));
    BigInteger level =
        before.level().add(refill).min(cap).subtract(BigInteger.valueOf(units).multiply(HOUR));
    require(level.signum() >= 0, "export limit of " + asset + " at " + vault + " exceeded");
    buckets.put(new Line(asset, vault.chainId()), new Bucket(level, time));
  }

  // ---- everything together

  void check() {
    payments();
    for (Journal<MarginAccount, AccountEvent> account : network.accounts.values()) {
      balances(account.state());
    }
    for (AssetConfig asset : GENESIS.assets()) {
      conservation(asset.asset());
      for (VaultConfig vault : GENESIS.vaults()) {
        if (vault.token(asset.asset()).isPresent()) {
          line(asset.asset(), vault.id());
        }
      }
    }
    network.books.values().forEach(book -> grants(book.state()));
  }

  private void payments() {
    Set<Hash> paid = new HashSet<>();
    network.chains.forEach(
        (vault, chain) ->
            chain
                .payments()
                .forEach(
                    payment -> {
                      require(paid.add(payment.withdrawal()), "paid twice: " + payment);
                      require(
                          !returned.contains(payment.withdrawal()),
                          "paid and returned: " + payment);
                    }));
  }

  private void balances(MarginAccount account) {
    account.balances().forEach((asset, units) -> require(units > 0, asset + " of " + account));
    account
        .imports()
        .forEach(
            (asset, colours) -> {
              long sum = colours.values().stream().mapToLong(units -> units).sum();
              require(
                  colours.values().stream().allMatch(units -> units > 0), "import of " + account);
              require(sum <= account.balance(asset), "imports exceed the balance of " + account);
            });
  }

  private void conservation(Asset asset) {
    long held = 0;
    for (Journal<MarginAccount, AccountEvent> journal : network.accounts.values()) {
      MarginAccount account = journal.state();
      held += account.balance(asset);
      held +=
          account.withdrawals().values().stream()
              .filter(reservation -> reservation.asset().equals(asset))
              .mapToLong(MarginAccount.Reservation::units)
              .sum();
      for (MarginAccount.Outgoing outgoing : account.outgoing().values()) {
        if (outgoing.asset().equals(asset) && !arrivedAt(account.id(), outgoing)) {
          held += outgoing.units();
        }
      }
    }
    long vaults = 0;
    for (Map.Entry<VaultId, ChainModel> entry : network.chains.entrySet()) {
      ChainModel chain = entry.getValue();
      require(chain.balance(asset) >= 0, "vault balance of " + asset);
      vaults += chain.balance(asset);
      for (RawDeposit deposit : chain.allDeposits()) {
        if (assetOf(deposit).equals(asset) && !hasCredited(entry.getKey(), deposit)) {
          vaults -= deposit.units().longValueExact();
        }
      }
      for (ChainModel.Payment payment : chain.payments()) {
        if (payment.asset().equals(asset) && !posted.contains(payment.withdrawal())) {
          vaults += payment.units();
        }
      }
    }
    equal(vaults, held, "I1 of " + asset);
    stated(asset, held);
  }

  /** The domain's own statement of the same sum agrees. */
  private void stated(Asset asset, long held) {
    TreeMap<VaultId, Long> balances = new TreeMap<>();
    long uncredited = 0;
    long unposted = 0;
    for (Map.Entry<VaultId, ChainModel> entry : network.chains.entrySet()) {
      ChainModel chain = entry.getValue();
      balances.put(entry.getKey(), chain.balance(asset));
      for (RawDeposit deposit : chain.allDeposits()) {
        boolean open = assetOf(deposit).equals(asset) && !hasCredited(entry.getKey(), deposit);
        uncredited += open ? deposit.units().longValueExact() : 0;
      }
      for (ChainModel.Payment payment : chain.payments()) {
        boolean open = payment.asset().equals(asset) && !posted.contains(payment.withdrawal());
        unposted += open ? payment.units() : 0;
      }
    }
    Conservation sum =
        Conservation.of(
            asset,
            network.accounts.values().stream().map(Journal::state).toList(),
            new Conservation.Flows(
                creditedUnits.getOrDefault(asset, 0L),
                postedUnits.getOrDefault(asset, 0L),
                balances,
                uncredited,
                unposted));
    equal(held, sum.owed(), "owed of " + asset);
    require(sum.holds() && sum.covered(), "I1, I3 as stated: " + sum);
  }

  private boolean hasCredited(VaultId vault, RawDeposit deposit) {
    return credited.contains(new Numbered(vault, deposit.sequence()));
  }

  private boolean arrivedAt(AccountId from, MarginAccount.Outgoing outgoing) {
    var to = Optional.ofNullable(network.accounts.get(outgoing.to())).map(Journal::state);
    return to.map(MarginAccount::incomingMarks)
            .map(marks -> marks.getOrDefault(from, 0L))
            .orElse(0L)
        >= outgoing.sequence();
  }

  private void line(Asset asset, VaultId vault) {
    Treasury treasury = network.treasury.state();
    ImportLine line = treasury.line(asset, vault.chainId());
    long through = booked.getOrDefault(vault, 0L);
    String where = asset + " at " + vault;

    equal(imports(asset, vault, treasury, through), line.imported(), "imports of " + where);
    require(
        line.imported() >= 0 && line.pending() >= 0 && line.unpromised() >= 0, where + ": " + line);
    require(line.free() + line.exported() >= 0, "A01, free + exported of " + where + ": " + line);

    long granted = 0;
    for (SortedMap<Hash, Treasury.Grant> bucket : treasury.grants().buckets().values()) {
      for (Treasury.Grant grant : bucket.values()) {
        if (grant.asset().equals(asset) && grant.chainId() == vault.chainId()) {
          granted += grant.units();
        }
      }
    }
    equal(granted, line.pending(), "pending of " + where);

    long vaultUnits = line.netImport();
    for (RawDeposit deposit : network.chain(vault).allDeposits()) {
      if (assetOf(deposit).equals(asset) && deposit.sequence() > through) {
        vaultUnits += deposit.units().longValueExact();
      }
    }
    for (ChainModel.Payment payment : network.chain(vault).payments()) {
      if (payment.asset().equals(asset)
          && treasury.grants().get(payment.withdrawal()).isPresent()) {
        vaultUnits -= payment.units();
      }
    }
    equal(vaultUnits, network.chain(vault).balance(asset), "net import of " + where);
  }

  private long imports(Asset asset, VaultId vault, Treasury treasury, long through) {
    long chain = vault.chainId();
    long sum = 0;
    for (Journal<MarginAccount, AccountEvent> journal : network.accounts.values()) {
      MarginAccount account = journal.state();
      sum += account.imported(asset, chain);
      for (MarginAccount.Outgoing outgoing : account.outgoing().values()) {
        if (outgoing.asset().equals(asset) && !arrivedAt(account.id(), outgoing)) {
          sum += outgoing.imports().getOrDefault(chain, 0L);
        }
      }
      for (Map.Entry<Hash, MarginAccount.Reservation> entry : account.withdrawals().entrySet()) {
        MarginAccount.Reservation reservation = entry.getValue();
        if (reservation.asset().equals(asset) && treasury.grants().get(entry.getKey()).isEmpty()) {
          boolean here = reservation.signed().action().toChain() == chain;
          sum += here ? reservation.split().own() : 0;
          sum += reservation.split().foreign().getOrDefault(chain, 0L);
        }
      }
    }
    for (RawDeposit deposit : network.chain(vault).allDeposits()) {
      if (assetOf(deposit).equals(asset)
          && deposit.sequence() <= through
          && !hasCredited(vault, deposit)) {
        sum += deposit.units().longValueExact();
      }
    }
    return sum;
  }

  /** Whatever a bridge may still pay has its grant. */
  private void grants(VaultBook book) {
    for (Hash id : book.open().values()) {
      Withdrawal withdrawal = book.withdrawals().get(id).orElseThrow();
      boolean promised =
          switch (withdrawal.stage()) {
            case GRANTED, IN_BATCH, PAID -> true;
            case REQUESTED, RESERVED, POSTED, RETURNING, REFUSED -> false;
          };
      require(
          !promised || network.treasury.state().grants().get(id).isPresent(),
          "to be paid without a grant: " + withdrawal);
    }
  }
}
