/** Tests of the demo. */
@NullMarked
package io.crossclear.nodes.demo;

import org.jspecify.annotations.NullMarked;
