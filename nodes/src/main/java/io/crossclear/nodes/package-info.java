/**
 * The program: {@code Main} calls the command line, whose commands run a node, a local network, or
 * one request.
 *
 * <p>Reading order: {@code ClearingNode} (a node on one screen), {@code NodePrices}, {@code
 * NodeSettings}; then the packages {@code http}, {@code client}, {@code oracle}, {@code
 * supervisor}, {@code cli}, {@code demo}.
 */
@NullMarked
package io.crossclear.nodes;

import org.jspecify.annotations.NullMarked;
