@NullMarked
package io.matriarch.archive.codec;

import org.jspecify.annotations.NullMarked;
