package io.crossclear.nodes.demo;

import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.VaultId;
import io.crossclear.domain.ledger.Books;
import io.crossclear.domain.ledger.ClearingCheck;
import io.crossclear.domain.ledger.Conservation;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import io.crossclear.persistence.audit.Ledger;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that checks may look at.
 *
 * @param audits in the order of time, the last one after everything was done
 * @param accounts users that the scenario was to have
 * @param crisis what only a crash has
 */
record Evidence(
    Genesis genesis,
    int accounts,
    List<Audit> audits,
    List<Wallet> wallets,
    List<Kill> kills,
    Crisis crisis) {

  /**
   * Journal and chains at one moment: the journal first, so that the chains know everything that it
   * knows.
   *
   * @param when what was going on
   * @param pools what the ledger makes of each pool that clears
   */
  record Audit(String when, Ledger ledger, List<ChainView> chains, List<ClearingCheck> pools) {

    Audit {
      chains = List.copyOf(chains);
      pools = List.copyOf(pools);
    }

    Audit(String when, Ledger ledger, List<ChainView> chains) {
      this(when, ledger, chains, pools(ledger.books()));
    }

    private static List<ClearingCheck> pools(Books books) {
      return books.pools().keySet().stream().map(pool -> ClearingCheck.of(books, pool)).toList();
    }

    /** The sum of everything in one asset. */
    Conservation conservation(Asset asset) {
      Set<String> credited = new HashSet<>();
      ledger.credits().forEach(c -> credited.add(c.event().vault() + "#" + c.event().sequence()));
      Map<String, Long> posted = new TreeMap<>();
      for (Ledger.Payout payout : ledger.payouts()) {
        posted.merge(
            batch(
                payout.reservation().signed().action().toChain(),
                payout.event().evidence().nonce()),
            payout.reservation().units(),
            Math::addExact);
      }
      TreeMap<VaultId, Long> held = new TreeMap<>();
      long uncredited = 0;
      long unposted = 0;
      for (ChainView chain : chains) {
        held.put(chain.vault().id(), chain.held(asset));
        Address token = Chains.token(chain.vault(), asset);
        for (var deposit : chain.deposits()) {
          if (deposit.token().equals(token)
              && !credited.contains(chain.vault().id() + "#" + deposit.sequence())) {
            uncredited = Math.addExact(uncredited, deposit.quanta().longValueExact());
          }
        }
        for (var settlement : chain.settlements()) {
          if (settlement.token().equals(token)) {
            String batch = batch(chain.vault().id().chainId(), settlement.nonce());
            long rest = settlement.total().longValueExact() - posted.getOrDefault(batch, 0L);
            unposted = Math.addExact(unposted, rest);
          }
        }
      }
      return Conservation.of(
          asset,
          ledger.books(),
          new Conservation.Flows(
              ledger.credited(asset), ledger.posted(asset), held, uncredited, unposted));
    }

    private static String batch(long chainId, long nonce) {
      return chainId + "#" + nonce;
    }
  }

  /**
   * A user's tokens.
   *
   * @param homes vaults of the chains that the user started on
   * @param given units that the user started with on each of them
   * @param left units by vault in the end
   */
  record Wallet(
      int user,
      Address owner,
      List<VaultId> homes,
      SortedMap<Asset, Long> given,
      SortedMap<VaultId, SortedMap<Asset, Long>> left) {

    Wallet {
      homes = List.copyOf(homes);
      given = Exact.ordered(given);
      left = Exact.ordered(left);
    }

    /** Units of an asset that the user started with on one chain. */
    long given(VaultId vault, Asset asset) {
      return homes.contains(vault) ? given.getOrDefault(asset, 0L) : 0;
    }

    /** Units of an asset that the user started with on all chains. */
    long given(Asset asset) {
      return homes.stream().mapToLong(home -> given(home, asset)).sum();
    }

    /** Units of an asset that the user has on all chains in the end. */
    long left(Asset asset) {
      return left.keySet().stream().mapToLong(vault -> left(vault, asset)).sum();
    }

    /** How many more these are; below 0 for who lost. */
    long gained(Asset asset) {
      return left(asset) - given(asset);
    }

    /** Units of an asset that the user has on one chain in the end. */
    long left(VaultId vault, Asset asset) {
      SortedMap<Asset, Long> units = left.get(vault);
      return units == null ? 0 : units.getOrDefault(asset, 0L);
    }
  }

  /**
   * A SIGKILL of the node.
   *
   * @param moment what was going on
   * @param open what the journal said right after it
   * @param at milliseconds since 1970
   * @param recovery until the node was ready again
   */
  record Kill(String moment, List<Ledger.OpenSaga> open, long at, Duration recovery) {
    Kill {
      open = List.copyOf(open);
    }
  }

  /** Of a scenario in which nothing trades. */
  Evidence(
      Genesis genesis, int accounts, List<Audit> audits, List<Wallet> wallets, List<Kill> kills) {
    this(genesis, accounts, audits, wallets, kills, Crisis.NONE);
  }

  Evidence {
    audits = List.copyOf(audits);
    wallets = List.copyOf(wallets);
    kills = List.copyOf(kills);
  }

  /** What was true after everything was done. */
  Audit end() {
    return audits.getLast();
  }

  Evidence withEnd(Audit other) {
    List<Audit> others = new java.util.ArrayList<>(audits);
    others.set(others.size() - 1, other);
    return new Evidence(genesis, accounts, others, wallets, kills, crisis);
  }

  Evidence withWallets(List<Wallet> others) {
    return new Evidence(genesis, accounts, audits, others, kills, crisis);
  }

  Evidence withKills(List<Kill> others) {
    return new Evidence(genesis, accounts, audits, wallets, others, crisis);
  }

  Evidence withCrisis(Crisis other) {
    return new Evidence(genesis, accounts, audits, wallets, kills, other);
  }

  /** The transaction of a batch, where the chain has it. */
  static Set<Hash> settlementTransactions(ChainView chain) {
    Set<Hash> transactions = new HashSet<>();
    chain.settlements().forEach(settlement -> transactions.add(settlement.transactionHash()));
    return transactions;
  }
}
