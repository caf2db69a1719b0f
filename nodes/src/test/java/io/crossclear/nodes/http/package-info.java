/**
 * Tests of the HTTP API: {@code ApiFixture} serves the real routes over real accounts, transfers,
 * fill batches, auctions and treasury on one node whose journal is memory; bridges and the pool are
 * stand-ins.
 */
@NullMarked
package io.crossclear.nodes.http;

import org.jspecify.annotations.NullMarked;
