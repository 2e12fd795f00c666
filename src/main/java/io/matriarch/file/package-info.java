/** What can go wrong with files, in words. */
@NullMarked
package io.matriarch.file;

import org.jspecify.annotations.NullMarked;
