package io.crossclear.nodes.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossclear.domain.account.AccountId;
import io.crossclear.domain.account.ImportSplit;
import io.crossclear.domain.account.PayoutEvidence;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.margin.Slice;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.oracle.Certificate;
import io.crossclear.domain.oracle.CertifiedPrice;
import io.crossclear.domain.oracle.FeedId;
import io.crossclear.domain.oracle.FeedStatus;
import io.crossclear.domain.oracle.OracleConfig;
import io.crossclear.domain.oracle.RowProof;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the API answers, as the server writes it and a client reads it. Amounts are units of their
 * asset; 64-bit numbers are decimal text in JSON; what is absent is not written. Lists have a fixed
 * order.
 *
 * <p>This file is the API's vocabulary in one place, so it is as long as that is.
 */
public final class Answers {

  private Answers() {}

  /**
   * What an answer knew.
   *
   * @param seq number of the newest event of the account or treasury that is shown, or of the
   *     newest round of prices; 0 when no single one is
   * @param time milliseconds since 1970
   * @param chainHeights the final block that each bridge has read, by chain id; a chain that was
   *     never heard of is missing
   */
  public record AsOf(long seq, long time, SortedMap<Long, Long> chainHeights) {}

  /** Whether the process answers. */
  public record Alive(boolean alive) {}

  /**
   * Whether requests should come.
   *
   * @param missing what is not there right now, for people
   */
  public record Ready(boolean ready, boolean started, List<String> missing) {}

  /**
   * The network.
   *
   * @param networkId hash of the genesis, which anyone can recompute; the salt of every signature's
   *     domain
   * @param vaults what the genesis says, spelled out
   */
  public record Network(
      AsOf asOf,
      Hash networkId,
      Genesis genesis,
      List<Unit> assets,
      List<VaultLine> vaults,
      Limits limits) {}

  /**
   * An asset.
   *
   * @param decimals a unit is 10^−decimals of the asset
   */
  public record Unit(Asset asset, int decimals, long minWithdrawal) {}

  /** A vault and what it takes. */
  public record VaultLine(
      String vault, long chainId, String chainName, Address address, List<TokenLine> tokens) {}

  /**
   * A token that carries an asset.
   *
   * @param quantum base units of the token in one unit of the asset, decimal
   */
  public record TokenLine(
      Asset asset, Address token, int decimals, String quantum, long minDeposit, long depositCap) {}

  /**
   * What every request must respect.
   *
   * @param batchBytes the same for a fill batch
   * @param batchFills fills of one batch
   */
  public record Limits(
      int bodyBytes,
      int batchBytes,
      int batchFills,
      long deadlineSeconds,
      int openActions,
      long readSeconds,
      String domainName,
      String domainVersion) {}

  /** Units that came in through a chain. */
  public record ChainUnits(long chainId, long units) {}

  /**
   * An account.
   *
   * @param trading its part that trades; absent in a pool that clears no trades
   */
  public record Account(
      AsOf asOf,
      AccountId account,
      Address owner,
      long pool,
      String index,
      List<Balance> balances,
      List<Reservation> withdrawals,
      List<Outgoing> transfers,
      List<DepositMark> deposits,
      int openActions,
      Optional<Trading> trading) {

    /** Units of an asset, 0 when there are none. */
    public long units(Asset asset) {
      return balances.stream()
          .filter(balance -> balance.asset().equals(asset))
          .mapToLong(Balance::units)
          .sum();
    }
  }

  /**
   * Units of an asset.
   *
   * @param imports where they came in
   * @param uncoloured units that no import claims
   */
  public record Balance(Asset asset, long units, List<ChainUnits> imports, long uncoloured) {}

  /** Units set aside for a payout. */
  public record Reservation(
      Hash id,
      Asset asset,
      long units,
      long toChain,
      Address to,
      long nonce,
      long deadline,
      Split split) {}

  /**
   * Where the units of a payout came in: at the vault that pays, nowhere in particular, elsewhere.
   */
  public record Split(long own, long uncoloured, List<ChainUnits> foreign) {
    static Split of(ImportSplit split) {
      return new Split(split.own(), split.uncoloured(), chains(split.foreign()));
    }
  }

  /** Units on their way to another account. */
  public record Outgoing(Hash id, AccountId to, Asset asset, long units) {}

  /** The newest deposit that was credited from a vault, by the vault's own number. */
  public record DepositMark(String vault, long chainId, long sequence) {}

  /**
   * What could be withdrawn to a chain right now.
   *
   * @param own units that came in through that chain; they need nothing
   * @param uncoloured units that no import claims
   * @param exportable what can leave through that chain now of what came in elsewhere
   * @param vaultUnits what the vault holds and has promised nobody
   * @param withdrawable the largest amount that would be taken
   * @param limitedBy the code that a larger amount would be refused with
   */
  public record WithdrawalQuote(
      AsOf asOf,
      AccountId account,
      Asset asset,
      long toChain,
      long balance,
      long own,
      long uncoloured,
      long exportable,
      long vaultUnits,
      long minWithdrawal,
      long withdrawable,
      Optional<String> limitedBy) {}

  /**
   * What to sign.
   *
   * @param typedData for {@code eth_signTypedData_v4}
   * @param digest that comes of it
   */
  public record Prepared(AsOf asOf, JsonNode typedData, Hash digest) {}

  /**
   * A withdrawal.
   *
   * @param stage REQUESTED, RESERVED, GRANTED, IN_BATCH, PAID, POSTED, RETURNING or REFUSED
   * @param refusal the code once it is refused
   * @param payout once it is paid in a final block
   * @param bridgeHalted whether its bridge has stopped, so that it waits
   */
  public record Withdrawal(
      AsOf asOf,
      Hash id,
      String stage,
      AccountId account,
      String asset,
      long units,
      long toChain,
      Address to,
      boolean granted,
      Optional<Split> split,
      Optional<String> refusal,
      Optional<Payout> payout,
      boolean bridgeHalted) {

    /** Whether nothing more will happen. */
    public boolean over() {
      return stage.equals("POSTED") || stage.equals("REFUSED");
    }
  }

  /** The batch that paid. */
  public record Payout(
      long nonce, Hash digest, long blockNumber, Hash blockHash, Hash transactionHash) {
    static Payout of(PayoutEvidence evidence) {
      return new Payout(
          evidence.nonce(),
          evidence.digest(),
          evidence.blockNumber(),
          evidence.blockHash(),
          evidence.transactionHash());
    }
  }

  /**
   * A transfer between two accounts of one owner.
   *
   * @param stage REQUESTED, DEBITED, CREDITED, CLOSED or REFUSED; the units have arrived from
   *     CREDITED on
   * @param refusal the code once it is refused
   */
  public record Transfer(AsOf asOf, Hash id, String stage, Optional<String> refusal) {}

  /** Every vault's bridge. */
  public record Vaults(AsOf asOf, List<VaultState> vaults) {}

  /**
   * A vault's bridge.
   *
   * @param state NORMAL, HALTED, or UNREACHABLE when it does not answer
   * @param bridge absent when it does not answer
   */
  public record VaultState(
      String vault,
      long chainId,
      String chainName,
      Address address,
      String state,
      Optional<Bridge> bridge) {}

  /**
   * What a bridge says of itself.
   *
   * @param finalBlockSeconds the block's time, seconds since 1970
   * @param executedNonce of the newest batch that is final
   * @param halted why it has stopped
   */
  public record Bridge(
      long finalBlock,
      long finalBlockSeconds,
      long depositsRead,
      long depositsUncredited,
      long executedNonce,
      int openWithdrawals,
      boolean batchOpen,
      Optional<String> halted) {}

  /** The treasury: aggregates, which are public. */
  public record Treasury(AsOf asOf, List<TreasuryLine> lines, List<String> haltedVaults) {}

  /**
   * An asset at a vault, in units.
   *
   * @param netImport credited minus posted payouts: what the vault holds for the ledger
   * @param pending promised and not yet posted
   * @param imported the sum of all accounts' imports through this vault
   * @param exportable what can leave now of what came in elsewhere
   * @param free what nobody's import claims; negative by what was exported
   */
  public record TreasuryLine(
      Asset asset,
      long chainId,
      long netImport,
      long pending,
      long imported,
      long exported,
      long exportable,
      long exportCap,
      long free) {}

  /**
   * Every feed.
   *
   * @param config who observed by which rules; its digest is in every certificate
   */
  public record Prices(AsOf asOf, OracleConfig config, List<PriceLine> prices) {}

  /** One feed. */
  public record FeedPrice(AsOf asOf, PriceLine price) {}

  /**
   * What this node's board makes of a feed.
   *
   * @param certified the last price that counts; absent before the first
   */
  public record PriceLine(FeedId feed, FeedStatus status, Optional<Certified> certified) {}

  /**
   * A price with its evidence. Row and certificate prove price, seq and time; band and status are
   * what the board makes of them.
   *
   * @param price in 1e-8
   * @param low lower end of the band, in 1e-8; wider with age while the status is not OK
   * @param high upper end of the band
   * @param seq the round that certified it
   * @param observedAt milliseconds since 1970
   * @param proof the row and its way to the certificate's report hash
   */
  public record Certified(
      long price,
      long low,
      long high,
      long seq,
      long observedAt,
      RowProof proof,
      Certificate certificate) {
    static Certified of(CertifiedPrice price) {
      return new Certified(
          price.price(),
          price.low(),
          price.high(),
          price.seq(),
          price.proof().row().observedAt(),
          price.proof(),
          price.certificate());
    }
  }

  /**
   * What an account trades, in settlement units.
   *
   * @param unsettled above 0 a gain not yet released, below 0 a loss not yet collected
   * @param legs open legs of fill batches
   * @param orders used and within their deadlines
   * @param nonceFloor no order with a nonce below is taken
   * @param auction the open one
   * @param margin absent while something the account holds has no price
   */
  public record Trading(
      List<PositionLine> positions,
      long unsettled,
      List<LegLine> legs,
      List<OrderLine> orders,
      long nonceFloor,
      Optional<OpenAuction> auction,
      Optional<Margin> margin) {

    /** Lots of an instrument, signed; 0 without a position. */
    public long lots(String instrument) {
      return positions.stream()
          .filter(position -> position.instrument().equals(instrument))
          .mapToLong(PositionLine::lots)
          .sum();
    }
  }

  /**
   * A position.
   *
   * @param lots signed, long above 0
   * @param cost what was paid for the lots since they were last marked
   * @param value at the star price now; absent without one
   */
  public record PositionLine(String instrument, long lots, long cost, Optional<Long> value) {}

  /**
   * A fill that may still happen.
   *
   * @param batch digest of the venue's batch
   * @param fill its number there
   * @param order digest of the order
   * @param lots signed
   */
  public record LegLine(
      Hash batch, int fill, Hash order, String instrument, long lots, long notional, long fee) {}

  /**
   * How much of an order is used, open legs included.
   *
   * @param order its digest
   * @param filled lots
   * @param fees units
   * @param deadline seconds since 1970
   */
  public record OrderLine(Hash order, long nonce, long filled, long fees, long deadline) {}

  /**
   * An auction of an account.
   *
   * @param auction its id, which bids name: {@code 0xaccount/number}
   * @param kind CURE or LIQUIDATION
   */
  public record OpenAuction(String auction, long number, String kind) {}

  /**
   * An account's margin at one price set.
   *
   * @param seq number of the price set
   * @param admission as it counts for new risk: every price that is not fresh against the account
   * @param liquidation as it counts for liquidation: every such price in the account's favour
   */
  public record Margin(long seq, Valued admission, Valued liquidation) {}

  /**
   * A margin under one valuation, in settlement units.
   *
   * @param equity cash, net and collateral
   * @param net unsettled and unrealised results, losses and fees of open legs
   * @param weighted collateral after haircuts
   */
  public record Valued(
      long equity, long net, long collateral, long weighted, long initial, long maintenance) {}

  /**
   * Everything that trades.
   *
   * @param markets by symbol
   */
  public record Markets(AsOf asOf, List<MarketLine> markets) {

    /** The instrument with this symbol. */
    public Optional<MarketLine> market(String symbol) {
      return markets.stream().filter(line -> line.symbol().equals(symbol)).findFirst();
    }
  }

  /**
   * An instrument.
   *
   * @param kind PERPETUAL
   * @param lotExponent 10^k lots are one whole base
   * @param settlement what its positions are paid in
   * @param rules every ratio in parts per million
   * @param mark absent while it has no price
   */
  public record MarketLine(
      String symbol,
      String kind,
      Asset base,
      String feed,
      int lotExponent,
      long pool,
      Asset settlement,
      InstrumentRules rules,
      Optional<MarkLine> mark) {}

  /**
   * What an instrument is worth, in 1e-8 of the settlement asset per whole base.
   *
   * @param seq number of the price set
   * @param price the certified mark
   * @param funding cumulative since the instrument began
   * @param star price − funding: what positions are valued at
   * @param fresh whether it is good for new risk; not while its feed is not OK or it is settled
   * @param low lower end of the band that the mark lies in
   * @param high upper end
   */
  public record MarkLine(
      long seq, long price, long funding, long star, boolean fresh, long low, long high) {}

  /**
   * A pool, in settlement units.
   *
   * @param clearing money collected and not yet released
   * @param fund the insurance fund's money
   * @param fundUnsettled its claims that are not money yet
   * @param fee earned fees
   * @param feeUnsettled fees that are not money yet
   * @param lending what lenders have put in, lent or not
   * @param lent Σ loans, and what is granted
   * @param collateral that a defaulter left and nobody bought
   * @param cycles finished variation cycles
   * @param stage of the cycle under way, or what else is under way
   * @param settling instruments that are being settled away
   * @param settled instruments that are gone
   * @param interestIndex of its loans, never falling
   * @param funding cumulative, by instrument
   */
  public record Pool(
      AsOf asOf,
      long number,
      String name,
      Asset settlement,
      long clearing,
      long fund,
      long fundUnsettled,
      long fee,
      long feeUnsettled,
      long lending,
      long lent,
      SortedMap<Asset, Long> collateral,
      long cycles,
      String stage,
      List<String> settling,
      List<String> settled,
      long interestIndex,
      SortedMap<String, Long> funding) {}

  /**
   * A fill batch.
   *
   * @param stage RESERVING, RESERVED, NOVATED, COMMITTED or CLOSED; its fills are decided from
   *     NOVATED on
   * @param id digest that the venue signed
   * @param seq number of the price set at which it is decided
   * @param novated numbers of the fills that happen
   * @param refused code by number of the fills that do not; of a leg that an account refused, why
   * @param fees of the novated fills, both sides, units
   */
  public record FillBatch(
      AsOf asOf,
      Address venue,
      long number,
      String stage,
      Hash id,
      long seq,
      List<Integer> novated,
      SortedMap<Integer, String> refused,
      long fees) {

    /** Whether it is known which fills happen. */
    public boolean decided() {
      return stage.equals("NOVATED") || stage.equals("COMMITTED") || stage.equals("CLOSED");
    }
  }

  /** Orders were taken back. */
  public record Cancelled(AsOf asOf, AccountId account) {}

  /**
   * A bid was taken.
   *
   * @param id digest of the signed bid
   * @param queued whether it waits for the first round after it came; not when it was decided
   *     before
   * @param discountPpm price of a slice now as a part of its value
   */
  public record Bid(AsOf asOf, String auction, Hash id, boolean queued, int discountPpm) {}

  /**
   * Open auctions.
   *
   * @param open all of them
   * @param auctions the first 100 by account
   */
  public record Auctions(AsOf asOf, int open, List<AuctionLine> auctions) {}

  /**
   * An auction with what a bidder has to know, since anybody may bid.
   *
   * @param auction its id, which bids name
   * @param kind CURE or LIQUIDATION
   * @param discountPpm price of a slice now as a part of its value; absent before it is under way
   * @param cash of the account, negative is a loan
   * @param collateral units of other assets
   * @param margin absent while something the account holds has no price
   */
  public record AuctionLine(
      String auction,
      AccountId account,
      long number,
      String kind,
      Optional<Integer> discountPpm,
      long cash,
      long unsettled,
      SortedMap<Asset, Long> collateral,
      List<PositionLine> positions,
      Optional<Margin> margin) {}

  /**
   * An auction.
   *
   * @param stage OPEN, COVERING, OFFERED, RESERVED, SOLD, SHARING or CLOSED
   * @param kind CURE or LIQUIDATION
   * @param opened price set at which it opened
   * @param discountPpm price of a slice now as a part of its value
   * @param bids number of those that wait
   * @param round number of the newest slice, 0 before the first
   * @param slice on offer, or sold
   */
  public record Auction(
      AsOf asOf,
      String auction,
      AccountId account,
      long number,
      String stage,
      String kind,
      long opened,
      int discountPpm,
      int bids,
      long round,
      Optional<Slice> slice) {

    /** Whether nothing more will happen. */
    public boolean over() {
      return stage.equals("CLOSED");
    }
  }

  static List<ChainUnits> chains(Map<Long, Long> units) {
    return units.entrySet().stream()
        .map(entry -> new ChainUnits(entry.getKey(), entry.getValue()))
        .toList();
  }
}
