package io.crossclear.actors;

import io.crossclear.actors.oracle.PriceBoardView;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.instrument.Market;
import io.crossclear.domain.instrument.Marks;
import io.crossclear.domain.ledger.PoolTerms;
import io.crossclear.domain.ledger.PriceSet;
import io.crossclear.domain.oracle.FeedId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Price sets out of this node's board and the newest terms that it has heard of each pool. A price
 * set is made once for each round and each change of terms.
 */
public final class LatestMarks implements MarketView {

  private final Genesis genesis;
  private final PriceBoardView board;
  private final Map<Integer, PoolTerms> terms = new ConcurrentHashMap<>();

  /** Nothing was heard yet. */
  public LatestMarks(Genesis genesis, PriceBoardView board) {
    this.genesis = genesis;
    this.board = board;
  }

  /** Takes a pool's word, unless a newer one is known. */
  public void hear(PoolTerms word) {
    terms.merge(word.pool(), word, (a, b) -> b.number() >= a.number() ? b : a);
  }

  @Override
  public Optional<Marks> marks(int pool) {
    Optional<Market> market = genesis.market(pool);
    PoolTerms word = terms.get(pool);
    if (market.isEmpty() || word == null || board.round() < 0) {
      return Optional.empty();
    }
    // the round first: a price that is newer than its number is decided again, never missed
    long round = board.round();
    return Optional.of(
        PriceSet.of(market.get(), word, round, board.now(), pair -> board.price(new FeedId(pair))));
  }

  @Override
  public long round() {
    return board.round();
  }
}
