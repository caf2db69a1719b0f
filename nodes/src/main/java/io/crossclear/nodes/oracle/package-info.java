/**
 * Sources of prices: a ticker over HTTP, and servers that replay a scenario as such tickers.
 *
 * <p>Reading order: {@code TickerJson} (the wire), {@code HttpPriceSource}, {@code PricePath},
 * {@code Scenario}, {@code PriceFile}, {@code Playback}, {@code Replay}, {@code
 * ReplayTickerServer}, {@code LocalTickers} (the twelve of a local network), {@code QuoteLog}.
 */
@NullMarked
package io.crossclear.nodes.oracle;

import org.jspecify.annotations.NullMarked;
