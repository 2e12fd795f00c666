@NullMarked
package io.matriarch.guard;

import org.jspecify.annotations.NullMarked;
