package io.crossclear.domain.oracle;

/**
 * A price as a board sees it now, with the evidence on which an event may rest.
 *
 * @param status OK only when the price is the newest round's and young enough
 * @param proof the last accepted row and its path
 * @param certificate of the round that the row is of
 * @param low lower end of the band, in 1e-8: the row's own, with everything seen since and wider
 *     with age when not OK
 * @param high upper end of the band
 */
public record CertifiedPrice(
    FeedStatus status, RowProof proof, Certificate certificate, long low, long high) {

  /** The feed. */
  public FeedId feed() {
    return proof.row().feed();
  }

  /** The last accepted price, in 1e-8. */
  public long price() {
    return proof.row().price();
  }

  /** The round of the price; later prices have higher ones. */
  public long seq() {
    return certificate.round();
  }

  /**
   * For new risk and withdrawals: the price, or the end of the band that is worse for the holder
   * when it is not OK.
   *
   * @param holding of which only the sign counts
   */
  public long admission(long holding) {
    return status == FeedStatus.OK ? price() : holding >= 0 ? low : high;
  }

  /**
   * For liquidation: the price, or the end of the band that favours the holder when it is not OK.
   *
   * @param holding of which only the sign counts
   */
  public long liquidation(long holding) {
    return status == FeedStatus.OK ? price() : holding >= 0 ? high : low;
  }
}
