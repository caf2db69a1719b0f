package io.crossclear.persistence;

import io.crossclear.domain.account.AccountEvent;
import io.crossclear.domain.account.MarginAccount;
import io.crossclear.domain.ledger.ClearingPool;
import io.crossclear.domain.ledger.PoolEvent;
import io.crossclear.domain.ledger.Treasury;
import io.crossclear.domain.ledger.TreasuryEvent;
import io.crossclear.domain.liquidation.AuctionEvent;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.liquidation.Waterfall;
import io.crossclear.domain.liquidation.WaterfallEvent;
import io.crossclear.domain.oracle.OracleEvent;
import io.crossclear.domain.oracle.VoteMark;
import io.crossclear.domain.settlement.AttesterBook;
import io.crossclear.domain.settlement.AttesterEvent;
import io.crossclear.domain.settlement.TransferEvent;
import io.crossclear.domain.settlement.TransferSaga;
import io.crossclear.domain.settlement.VaultBook;
import io.crossclear.domain.settlement.VaultEvent;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillBatchEvent;
import io.crossclear.domain.variation.CycleEvent;
import io.crossclear.domain.variation.VariationCycle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The names under which types are stored, for ever. A record's wire name is its simple name in
 * lower case with dashes ({@code withdrawal-reserved}), unless {@link #KEPT} keeps an older one; an
 * event is stored as {@code family.wire-name}, a state as {@code family.state}.
 */
final class WireNames {

  /**
   * What an entity stores; a pool stores its own, its cycles' and its waterfalls' events.
   *
   * @param events sealed
   * @param state of its snapshots
   */
  record Family(String name, Class<?> events, Class<?> state) {}

  static final List<Family> FAMILIES =
      List.of(
          new Family("account", AccountEvent.class, MarginAccount.class),
          new Family("vault", VaultEvent.class, VaultBook.class),
          new Family("transfer", TransferEvent.class, TransferSaga.class),
          new Family("attester", AttesterEvent.class, AttesterBook.class),
          new Family("treasury", TreasuryEvent.class, Treasury.class),
          new Family("oracle", OracleEvent.class, VoteMark.class),
          new Family("pool", PoolEvent.class, ClearingPool.class),
          new Family("fill-batch", FillBatchEvent.class, FillBatch.class),
          new Family("cycle", CycleEvent.class, VariationCycle.class),
          new Family("waterfall", WaterfallEvent.class, Waterfall.class),
          new Family("auction", AuctionEvent.class, LiquidationAuction.class));

  /** Wire names of records that have another name now. */
  private static final Map<Class<?>, String> KEPT = Map.of();

  private static final Map<Class<?>, String> MANIFESTS = new HashMap<>();
  private static final Map<String, Class<?>> STORED = new HashMap<>();

  static {
    for (Family family : FAMILIES) {
      for (Class<?> event : members(family.events())) {
        store(event, family.name() + "." + of(event));
      }
      store(family.state(), family.name() + ".state");
    }
  }

  private WireNames() {}

  private static void store(Class<?> type, String manifest) {
    Class<?> other = STORED.put(manifest, type);
    if (other != null) {
      throw new IllegalStateException(manifest + " names " + other + " and " + type);
    }
    MANIFESTS.put(type, manifest);
  }

  /** The wire name of a member of a sealed family. */
  static String of(Class<?> record) {
    String dashed = record.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-");
    return KEPT.getOrDefault(record, dashed.toLowerCase(Locale.ROOT));
  }

  /** The records of a sealed family, through families within it. */
  static List<Class<?>> members(Class<?> family) {
    return family.isSealed()
        ? Stream.of(family.getPermittedSubclasses())
            .flatMap(type -> members(type).stream())
            .toList()
        : List.of(family);
  }

  /**
   * The name under which values of this type are stored.
   *
   * @throws IllegalArgumentException when no entity stores it
   */
  static String manifest(Class<?> type) {
    String manifest = MANIFESTS.get(type);
    if (manifest == null) {
      throw new IllegalArgumentException(type.getName() + " is neither an event nor a state");
    }
    return manifest;
  }

  /** The type that is stored under this name. */
  static Optional<Class<?>> stored(String manifest) {
    return Optional.ofNullable(STORED.get(manifest));
  }
}
