@NullMarked
package io.matriarch.archive;

import org.jspecify.annotations.NullMarked;
