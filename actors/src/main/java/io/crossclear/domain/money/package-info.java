/**
 * Exact amounts in whole units.
 *
 * <p>Words: <i>asset</i> (a ledger asset, the same whichever chain it came from), <i>unit</i> (its
 * smallest whole amount: 1e-6 for USDC, 1e-8 for ETH and BTC), <i>amount</i>. Reading order: {@code
 * Asset}, {@code Amount}, {@code Exact}.
 *
 * <p>Invariant: overflow is an exception here and a rejection in every decision, never a wrap.
 */
@NullMarked
package io.crossclear.domain.money;

import org.jspecify.annotations.NullMarked;
