/**
 * The clearing house as pure functions: no actor, no clock, no input or output.
 *
 * <p>Reading order: {@code money}, {@code signing}, {@code oracle}, {@code instrument}, {@code
 * genesis}, {@code margin}, {@code account}, {@code trade}, {@code variation}, {@code liquidation},
 * {@code settlement}, {@code ledger}; a package imports only those before it.
 */
@NullMarked
package io.crossclear.domain;

import org.jspecify.annotations.NullMarked;
