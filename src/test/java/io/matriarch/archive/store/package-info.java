@NullMarked
package io.matriarch.archive.store;

import org.jspecify.annotations.NullMarked;
