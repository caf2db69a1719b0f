/**
 * Tests of the HTTP API: {@code ApiFixture} serves the real routes over real accounts, transfers,
 * fill batches and treasury on one node whose journal is memory; bridges, pool and auctions are
 * stand-ins.
 */
@NullMarked
package io.crossclear.nodes.http;

import org.jspecify.annotations.NullMarked;
