/** One executable, several commands: {@link io.matriarch.Main} picks one and starts nothing else. */
@NullMarked
package io.matriarch;

import org.jspecify.annotations.NullMarked;
