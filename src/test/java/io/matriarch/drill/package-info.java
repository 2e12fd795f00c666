@NullMarked
package io.matriarch.drill;

import org.jspecify.annotations.NullMarked;
