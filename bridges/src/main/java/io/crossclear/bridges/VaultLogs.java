package io.crossclear.bridges;

import java.util.List;

/** What a vault logged in a range of blocks, each list in log order. */
public record VaultLogs(List<VaultDeposit> deposits, List<VaultSettlement> settlements) {

  /** A range in which the vault said nothing. */
  public static final VaultLogs NONE = new VaultLogs(List.of(), List.of());

  public VaultLogs {
    deposits = List.copyOf(deposits);
    settlements = List.copyOf(settlements);
  }
}
