/**
 * Scenarios with real chains, a real database and many users, and an independent answer to whether
 * everything came out right.
 *
 * <p>Words: <i>scenario</i> (what users do), <i>audit</i> (journal and chains read at one moment),
 * <i>evidence</i> (everything that checks may look at), <i>check</i> (a named yes or no),
 * <i>kill</i> (SIGKILL of the node while sagas are open), <i>tape</i> (certified prices as anybody
 * could have seen them), <i>history</i> (who held what when, by the journal), <i>wish</i> (a trade
 * that somebody will want).
 *
 * <p>Reading order: {@code Roundtrip} and {@code Crash} (the stories), {@code Stage}, {@code
 * DemoUser}, {@code Funding}, {@code Leaving}; {@code CrashPlan}, {@code Venue}, {@code Keeper},
 * {@code Tape}; {@code Chaos}, {@code Auditor}, {@code History}, {@code Earnings}, {@code
 * Evidence}, {@code Crisis}, {@code Checks}, {@code CrashChecks}, {@code DemoResult}.
 *
 * <p>Invariants: no check believes the node's memory: they read the journal by themselves and the
 * chains over RPC. A demo only ever touches a network of its own.
 */
@NullMarked
package io.crossclear.nodes.demo;

import org.jspecify.annotations.NullMarked;
