/** Drills: a backup is restored aside, and what must be in it is looked for. */
@NullMarked
package io.matriarch.drill;

import org.jspecify.annotations.NullMarked;
