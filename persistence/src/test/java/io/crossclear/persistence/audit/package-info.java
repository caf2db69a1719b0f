/** Tests of the audit. */
@NullMarked
package io.crossclear.persistence.audit;

import org.jspecify.annotations.NullMarked;
