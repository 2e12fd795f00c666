/** {@code matriarch config explain}: each setting's value, where it comes from, what it hides, and what changing it does. */
@NullMarked
package io.matriarch.explain;

import org.jspecify.annotations.NullMarked;
