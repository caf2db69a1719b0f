package io.crossclear.nodes.demo;

import io.crossclear.bridges.VaultDeposit;
import io.crossclear.bridges.VaultSettlement;
import io.crossclear.domain.genesis.VaultConfig;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.money.Exact;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.SortedMap;

/**
 * What one chain says of its vault up to a final block.
 *
 * @param paid every payment by the vault, as the tokens logged it
 * @param held units that the vault has, as the tokens say
 */
record ChainView(
    VaultConfig vault,
    long block,
    List<VaultDeposit> deposits,
    List<VaultSettlement> settlements,
    List<Paid> paid,
    SortedMap<Asset, Long> held) {

  /** A payment. */
  record Paid(Hash transaction, Asset asset, Address to, long units) {}

  ChainView {
    deposits = List.copyOf(deposits);
    settlements = List.copyOf(settlements);
    paid = List.copyOf(paid);
    held = Exact.ordered(held);
  }

  /** Units of an asset that the vault has. */
  long held(Asset asset) {
    return held.getOrDefault(asset, 0L);
  }

  /** The same with other logs. */
  ChainView withLogs(List<VaultDeposit> otherDeposits, List<Paid> otherPaid) {
    return new ChainView(vault, block, otherDeposits, settlements, otherPaid, held);
  }

  /** The same with other holdings. */
  ChainView withHeld(SortedMap<Asset, Long> others) {
    return new ChainView(vault, block, deposits, settlements, paid, others);
  }
}
