/**
 * The program: {@code Main} calls the command line, whose commands run a node, a local network, or
 * one request.
 *
 * <p>Packages in reading order: {@code supervisor}, {@code cli}.
 */
@NullMarked
package io.crossclear.nodes;

import org.jspecify.annotations.NullMarked;
