/**
 * The command line: one class per command, listed in {@code Crossclear}.
 *
 * <p>Every command says {@code --json} for programs; an exit code of 0 means that what was asked
 * for holds, 2 that the command line was wrong. Reading order: {@code Crossclear}, {@code Network},
 * {@code Up}, {@code Down}, {@code Status}, {@code Doctor}, {@code RunSupervisor}; then those of
 * users: {@code Api}, {@code Owner}, {@code Keys}, {@code Deposit}, {@code AccountCommand}, {@code
 * Transfer}, {@code Withdraw}; what anybody may see: {@code Prices}, {@code Markets}, {@code Pool},
 * {@code Auctions}; and {@code Demo}.
 */
@NullMarked
package io.crossclear.nodes.cli;

import org.jspecify.annotations.NullMarked;
