/** The local network on real servers. */
@NullMarked
package io.crossclear.nodes.supervisor;

import org.jspecify.annotations.NullMarked;
