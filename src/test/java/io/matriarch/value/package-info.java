@NullMarked
package io.matriarch.value;

import org.jspecify.annotations.NullMarked;
