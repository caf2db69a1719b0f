/**
 * What tests stand on: a plain hash, a stub of signatures, a small network.
 *
 * <p>Reading order: {@code PlainKeccak}, {@code StubSignatures}, {@code TestNetwork}.
 */
@NullMarked
package io.crossclear.testing;

import org.jspecify.annotations.NullMarked;
