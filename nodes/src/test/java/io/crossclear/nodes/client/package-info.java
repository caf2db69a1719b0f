/**
 * Tests of the client against a server that says what a test makes it say, and of what it signs.
 */
@NullMarked
package io.crossclear.nodes.client;

import org.jspecify.annotations.NullMarked;
