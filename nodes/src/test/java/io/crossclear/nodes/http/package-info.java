/**
 * Tests of the HTTP API: {@code ApiFixture} serves the real routes over real accounts, transfers
 * and treasury on one node whose journal is memory; only bridges are stand-ins.
 */
@NullMarked
package io.crossclear.nodes.http;

import org.jspecify.annotations.NullMarked;
