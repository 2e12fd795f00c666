@NullMarked
package io.matriarch.log;

import org.jspecify.annotations.NullMarked;
