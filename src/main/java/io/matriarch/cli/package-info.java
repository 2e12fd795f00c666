/** The command line: patronictl with its tables and texts (reference 7), and the arguments of the daemon (reference 1.1). */
@NullMarked
package io.matriarch.cli;

import org.jspecify.annotations.NullMarked;
