/**
 * The edge to the chains: what a vault said, what is sent to it, and the keys that sign.
 *
 * <p>Words: <i>chain</i> (an EVM chain, known by its chain id), <i>provider</i> (one RPC endpoint),
 * <i>pool</i> (the fixed providers of one chain), <i>quorum</i> (how many of them must say the
 * same), <i>final</i> (at or below what a quorum calls finalised), <i>quanta</i> (whole ledger
 * units as a vault counts them), <i>base units</i> (of a token).
 *
 * <p>Reading order: the ports {@code ChainReader} and {@code ChainWriter} with their values, {@code
 * RpcPool} with {@code Ballot} and {@code RpcProvider}, {@code VaultAbi}, {@code
 * TransactionSigner}, the keys {@code Secp256k1} and {@code SigningKey}; {@code ChainBridgeActor}
 * with {@code Submission}, {@code AttesterActor} with {@code AttesterView}; then {@code
 * WalletTransactions} and {@code LocalDeployment}.
 *
 * <p>Invariants: nothing a single provider says is believed; a malformed answer is a refusal of
 * that provider and never a value; only final blocks are read for logs; no key is ever printed.
 */
@NullMarked
package io.crossclear.bridges;

import org.jspecify.annotations.NullMarked;
