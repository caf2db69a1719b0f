/**
 * The command line: one class per command, listed in {@code Crossclear}.
 *
 * <p>Every command says {@code --json} for programs; an exit code of 0 means that what was asked for holds, 2 that the
 * command line was wrong. Reading order: {@code Crossclear}, {@code Network}, {@code Up}, {@code Down}, {@code Status},
 * {@code Doctor}, {@code RunSupervisor}.
 */
@NullMarked
package io.crossclear.nodes.cli;

import org.jspecify.annotations.NullMarked;
