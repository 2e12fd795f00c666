/** Monotonic time and deadlines, injected so that tests and the simulator supply their own. */
@NullMarked
package io.matriarch.time;

import org.jspecify.annotations.NullMarked;
