/**
 * The clearing house's actors: each is thin, persists what the domain decided, then answers or
 * sends.
 *
 * <p>Reading order: {@code ClearingEntities} (the table of contents), {@code MarginAccountActor},
 * {@code TransferActor}, {@code TreasuryActor}; what trades: {@code FillBatchActor}, {@code
 * PoolActor}, {@code MarginWatch}, {@code AuctionActor}, with {@code ExposureBook} and {@code
 * LatestMarks}, which they read; the ports {@code ExposureTable}, {@code OpenSagaTable}, {@code
 * MarketView}, {@code JournalReader} and {@code ProtocolTime}.
 *
 * <p>Rules: accounts answer and never call; a saga resumes from {@code pending()} and has no other
 * retry code; persist, then send.
 */
@NullMarked
package io.crossclear.actors;

import org.jspecify.annotations.NullMarked;
