@NullMarked
package io.matriarch.explain;

import org.jspecify.annotations.NullMarked;
