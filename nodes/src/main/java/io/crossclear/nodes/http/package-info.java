/**
 * The HTTP API: strict JSON in, exact JSON out, refusals as RFC 9457 problems with stable codes.
 *
 * <p>Words: <i>unit</i> (whole ledger amounts, always decimal text), <i>action</i> (what an owner
 * signs), <i>evidence</i> (what a refused signature said), <i>quote</i> (what could leave to a
 * chain right now). User actions need no login: the signature is the permission. Reading an account
 * needs its owner's {@code Read} signature or the operator's token.
 *
 * <p>Reading order: {@code ApiCode}, {@code Problem}, {@code Answers}, {@code HttpApi}, {@code
 * TradeApi}, {@code ActionBody}, {@code Fields}, {@code ReadAccess}, {@code Quote}.
 *
 * <p>Invariants: an unknown or repeated field is refused, never ignored; a number beyond 2^63−1 is
 * refused by name; a refused signature answers with the typed data that was hashed; no failure
 * shows what is inside; a request that was not answered can be sent again unchanged.
 */
@NullMarked
package io.crossclear.nodes.http;

import org.jspecify.annotations.NullMarked;
