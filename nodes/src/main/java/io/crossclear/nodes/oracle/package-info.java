/**
 * Sources of prices: a ticker over HTTP, and servers that replay a scenario as such tickers.
 *
 * <p>Reading order: {@code TickerJson} (the wire), {@code HttpPriceSource}, {@code PricePath},
 * {@code Replay}, {@code ReplayTickerServer}.
 */
@NullMarked
package io.crossclear.nodes.oracle;

import org.jspecify.annotations.NullMarked;
