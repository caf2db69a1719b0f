/** Sources over real HTTP, and the oracles that listen to them. */
@NullMarked
package io.crossclear.nodes.oracle;

import org.jspecify.annotations.NullMarked;
