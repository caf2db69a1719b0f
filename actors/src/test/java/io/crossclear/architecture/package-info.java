/** The dependency rules and the house rules as tests. */
@NullMarked
package io.crossclear.architecture;

import org.jspecify.annotations.NullMarked;
