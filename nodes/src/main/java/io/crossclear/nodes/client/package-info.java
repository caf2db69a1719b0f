/**
 * A client of the HTTP API and the signer that goes with it, as the command line, the demonstration
 * and the tests use them.
 *
 * <p>Words: <i>refusal</i> (the network understood and said no, with a stable code),
 * <i>unreachable</i> (nobody answered in time), <i>authorization</i> (what lets a client read an
 * account). Reading order: {@code ApiClient}, {@code Signer}, {@code Authorization}.
 *
 * <p>Invariants: every request can be sent again unchanged, so the client may repeat any of them;
 * nothing is signed that the signer did not build itself from the genesis.
 */
@NullMarked
package io.crossclear.nodes.client;

import org.jspecify.annotations.NullMarked;
