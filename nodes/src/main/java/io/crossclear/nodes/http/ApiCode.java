package io.crossclear.nodes.http;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every code that a problem can carry, with its HTTP status. Codes are stable: programs may branch
 * on them. Those of accounts, fills, auctions, pools and the treasury have the names of the
 * domain's own enums, in the same order; a name that several of them have stands once.
 */
public enum ApiCode {
  // the request's form
  /** The body is no JSON object. */
  MALFORMED_JSON(400, "The body is not a JSON object"),
  /** A field is there twice. */
  DUPLICATE_FIELD(400, "A field is there twice"),
  /** A field that this request does not have. */
  UNKNOWN_FIELD(400, "A field is not known"),
  /** A field that this request needs. */
  MISSING_FIELD(400, "A field is missing"),
  /**
   * A field's text is no value of its kind: wrong length, no hexadecimal digits, no canonical
   * decimal.
   */
  INVALID_FIELD(400, "A field has no valid value"),
  /** A number below 0 or above 2^63−1. */
  NUMBER_OUT_OF_RANGE(400, "A number is out of range"),
  /** Nobody said who is asking, or what was said has run out. */
  UNAUTHORIZED(401, "Who asks is not known"),
  /** Whoever asks may not see this. */
  FORBIDDEN(403, "This is not for whoever asks"),
  /** Nothing is here. */
  NOT_FOUND(404, "Nothing is here"),
  /** The path is right and the method is not; the header Allow lists those that are. */
  METHOD_NOT_ALLOWED(405, "The path has other methods"),
  /** The body is larger than 64 KiB; that of a fill batch larger than 2 MiB. */
  BODY_TOO_LARGE(413, "The body is too large"),
  /** The body's type is not application/json. */
  UNSUPPORTED_MEDIA_TYPE(415, "The body must be application/json"),

  // accounts
  /** Nothing or less than nothing was asked for. */
  AMOUNT_MUST_BE_POSITIVE(422, "The amount must be above 0"),
  /** The action names another account than the one it reached. */
  WRONG_ACCOUNT(422, "The action belongs to another account"),
  /** The signature's domain names no vault of this network: wrong chain, contract or network. */
  WRONG_DOMAIN(422, "The signature is for another network"),
  /** Somebody else than the owner signed, or nobody can have; the answer shows what was hashed. */
  WRONG_SIGNER(403, "The owner did not sign this"),
  /** The deadline is over. */
  EXPIRED(422, "The deadline is over"),
  /** The deadline is more than 30 days away. */
  DEADLINE_TOO_FAR(422, "The deadline is too far away"),
  /** Another action of this account used the nonce. */
  NONCE_REUSED(409, "The nonce was used"),
  /** 256 signed actions are within their deadlines; let some expire. */
  TOO_MANY_OPEN_ACTIONS(409, "Too many actions are within their deadlines"),
  /** No such asset in this network. */
  UNKNOWN_ASSET(422, "The asset is not known"),
  /** No vault on this chain, or it does not hold the asset. */
  UNKNOWN_CHAIN(422, "The chain is not known, or does not hold the asset"),
  /** No such pool, or it does not accept the asset. */
  UNKNOWN_POOL(422, "The pool is not known, or does not accept the asset"),
  /** Below the asset's least withdrawal. */
  BELOW_MINIMUM(422, "The amount is below the least withdrawal"),
  /** The address cannot be paid: nobody's, a vault's or a token's. */
  RECIPIENT_REFUSED(422, "The recipient cannot be paid"),
  /** From and to are the same account. */
  SAME_ACCOUNT(422, "Both accounts are the same"),
  /** From and to have different owners. */
  DIFFERENT_OWNER(422, "The accounts have different owners"),
  /** The balance is smaller. */
  INSUFFICIENT_BALANCE(409, "The balance is too small"),
  /** The account is being liquidated: only auctions move anything. */
  LIQUIDATING(409, "The account is being liquidated"),
  /** The account trades, and no price of what it holds is known. */
  PRICES_MISSING(503, "A price is missing"),
  /** Losses counted and gains not, too little would be left. */
  INSUFFICIENT_MARGIN(409, "The margin is too small"),
  /** The fill batch is not here. */
  UNKNOWN_BATCH(422, "The fill batch is not known"),
  /** No such auction, or it is over. */
  UNKNOWN_AUCTION(422, "The auction is not known, or over"),
  /** An auction of this account is open. */
  AUCTION_OPEN(409, "An auction of the account is open"),
  /** Nothing is missing and no margin is breached. */
  NOTHING_TO_AUCTION(409, "Nothing is to be auctioned"),
  /** The account changed since the slice was offered. */
  SLICE_CHANGED(409, "The slice has changed"),
  /** The slice costs more than the bid allows. */
  PAY_ABOVE_MAXIMUM(409, "The slice costs more than the bid allows"),
  /** The bid wants a later price set. */
  PRICES_TOO_OLD(409, "The prices are older than the bid allows"),
  /** The account was not given up by the waterfall: something is left in it. */
  NOT_FLAT(409, "Something is left in the account"),
  /** An earlier step of the pool has not come yet. */
  EARLIER_STEP_MISSING(409, "An earlier step is missing"),
  /** An earlier deposit of this vault to this account has not come yet. */
  EARLIER_DEPOSIT_MISSING(409, "An earlier deposit is missing"),
  /** An earlier transfer from that account has not come yet. */
  EARLIER_TRANSFER_MISSING(409, "An earlier transfer is missing"),
  /** The sum does not fit. */
  OVERFLOW(422, "The sum does not fit"),

  // the treasury
  /** The vault holds less than what is asked for and not yet promised. */
  VAULT_LIQUIDITY(409, "The vault on that chain holds too little"),
  /** A chain whose units would leave, or the chain that would pay, is not in its normal state. */
  CHAIN_NOT_NORMAL(409, "A chain is not in its normal state"),
  /** The export limit of the vault is used up for now; take the money where it lies or wait. */
  EXPORT_LIMIT(409, "The export limit is used up for now"),

  // fill batches
  /** No fills, or more than 500. */
  SIZE_OUT_OF_RANGE(422, "A batch has 1 to 500 fills"),
  /** The deadline is over or more than 120 seconds away. */
  DEADLINE_OUT_OF_RANGE(422, "The batch's deadline is over or too far away"),
  /** It is at another stage. */
  OUT_OF_TURN(409, "It is at another stage"),
  /** The venue signed another batch with the number, and that one was taken. */
  BATCH_NUMBER_REUSED(409, "The number was used for another batch"),

  // fills, each refused by itself
  /** Another fill of the batch has the number, or it is below 1. */
  NUMBER_REUSED(422, "Another fill of the batch has the number"),
  /** No lots. */
  SIZE_MUST_BE_POSITIVE(422, "The size must be above 0"),
  /** The buy order sells or the sell order buys. */
  SAME_SIDE(422, "The orders are not a buy and a sell"),
  /** The two orders are of one account: a trade with oneself. */
  MAKER_IS_TAKER(422, "Both orders are of one account"),
  /** The two accounts are in different pools, or in another than the batch's. */
  DIFFERENT_POOLS(422, "The accounts are in different pools"),
  /** The two orders name different instruments. */
  DIFFERENT_INSTRUMENTS(422, "The orders name different instruments"),
  /** No such instrument in the pool, or it has no price. */
  UNKNOWN_INSTRUMENT(422, "The instrument is not known, or has no price"),
  /** An order was not signed by its account's owner. */
  BAD_SIGNATURE(422, "An order was not signed by its owner"),
  /** An order lets only another venue match it. */
  WRONG_VENUE(422, "The order lets only another venue match it"),
  /** Outside the pool's band around the certified mark. */
  PRICE_OUTSIDE_BAND(422, "The price is outside the band around the mark"),
  /** An account refused its leg. */
  LEG_REFUSED(409, "An account refused its side"),

  // legs of fills, each refused by its account
  /** Its owner took the order back. */
  CANCELLED(409, "The order was taken back"),
  /** The order has fewer lots left. */
  ORDER_FILLED(409, "The order has fewer lots left"),
  /** Worse than the order's limit. */
  PRICE_BEYOND_LIMIT(422, "The price is worse than the order's limit"),
  /** The fees of all fills would exceed what the order allows. */
  FEE_ABOVE_MAXIMUM(409, "The fees exceed what the order allows"),
  /** The account is below its maintenance margin: only auctions move its positions. */
  BELOW_MAINTENANCE(409, "The account is below its maintenance margin"),
  /** It would open or enlarge a position although the order may only reduce. */
  NOT_REDUCING(409, "The order may only reduce"),
  /** The mark is not fresh and the fill does not only reduce, or the instrument is closed. */
  PRICE_NOT_FRESH(409, "The mark is not fresh"),
  /** The position would be too large. */
  POSITION_TOO_LARGE(409, "The position would be too large"),
  /** 64 legs are open. */
  TOO_MANY_LEGS(409, "Too many legs are open"),
  /** 256 orders are within their deadlines. */
  TOO_MANY_ORDERS(409, "Too many orders are within their deadlines"),

  // auctions
  /** The auction is over or not open yet. */
  NOT_OPEN(409, "The auction is over or not open yet"),
  /** The bid names another auction. */
  OTHER_AUCTION(422, "The bid names another auction"),
  /** The portion is not 1 to 1,000,000. */
  PORTION_OUT_OF_RANGE(422, "The portion is out of range"),
  /** The bid wants to wait until the price has long reached its floor. */
  PRICES_TOO_FAR(422, "The bid wants to wait too long"),
  /** Two reserves of this bidder have failed, and he waits a minute; or two bids of his wait. */
  BIDDER_WAITS(409, "The bidder has to wait"),
  /** 32 bids wait. */
  TOO_MANY_BIDS(409, "Too many bids wait"),
  /** No bid waits for this price set. */
  NO_BID_DUE(409, "No bid waits for these prices"),

  // pools
  /** Something else is under way that must end first; the same request can be sent again later. */
  BUSY(409, "Something else must end first"),
  /** Less than nothing was asked for. */
  AMOUNT_OUT_OF_RANGE(422, "The amount is out of range"),
  /** The account is of another pool. */
  OTHER_POOL(422, "The account is in another pool"),
  /** The pool is wound up to another account. */
  WOUND_UP(409, "The pool is wound up to another account"),
  /** An earlier contribution is missing. */
  EARLIER_CONTRIBUTION_MISSING(409, "An earlier contribution is missing"),
  /** The account has not answered its last step. */
  STEP_OPEN(409, "An account has not answered yet"),
  /** No such step was asked for. */
  UNKNOWN_STEP(409, "No such step was asked for"),
  /** A waterfall is under way. */
  WATERFALL_OPEN(409, "A loss is being shared"),
  /** No waterfall is under way for this account. */
  NO_WATERFALL(409, "No loss of this account is being shared"),
  /** The clearing account holds less. */
  CLEARING_EXHAUSTED(409, "The clearing account holds less"),
  /** The lending account has less that nobody borrowed. */
  LENDING_EXHAUSTED(409, "Less can be lent"),
  /** The fund has less. */
  FUND_EXHAUSTED(409, "The insurance fund has less"),
  /** The layer has less. */
  LAYER_EXHAUSTED(409, "The layer has less"),
  /** Something levied is not handed on yet. */
  LOSS_LINE_OPEN(409, "Something levied is not handed on yet"),
  /** No such settlement, or holders are left. */
  SETTLEMENT_OPEN(409, "No such settlement, or holders are left"),

  // payouts and transfers under way
  /** The payout's batches ran out of time again and again; the units are back at the account. */
  PAYOUT_EXPIRED(409, "The payout ran out of time"),
  /** The same signed action ran its whole course before. */
  ALREADY_CLOSED(409, "The action is over"),
  /** Refused for a reason that has no code of its own; the detail says it. */
  REFUSED(409, "It was refused"),
  /**
   * The bridge of that chain has stopped trusting it; nothing is taken until an operator has
   * looked.
   */
  BRIDGE_HALTED(503, "The bridge of that chain has stopped"),

  // the service
  /** No answer in time; nothing is lost by sending the same request again. */
  UNAVAILABLE(503, "No answer in time"),
  /** A fault of this service. */
  INTERNAL(500, "The service failed");

  private final int status;
  private final String title;

  ApiCode(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The HTTP status that it comes with, always the same. */
  public int status() {
    return status;
  }

  /** The same sentence for every occurrence. */
  public String title() {
    return title;
  }

  /** The code with this name. */
  public static Optional<ApiCode> of(String name) {
    return Arrays.stream(values()).filter(code -> code.name().equals(name)).findFirst();
  }
}
