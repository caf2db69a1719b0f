/**
 * Tests of the chains' edge. {@code Anvil} is a real chain in a process of its own, {@code
 * ScriptedProvider} an endpoint that says what a test makes it say, {@code ChainFixture} a chain
 * with a token and a vault.
 */
@NullMarked
package io.crossclear.bridges;

import org.jspecify.annotations.NullMarked;
