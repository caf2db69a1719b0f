/** The command line as its users meet it. */
@NullMarked
package io.crossclear.nodes.cli;

import org.jspecify.annotations.NullMarked;
