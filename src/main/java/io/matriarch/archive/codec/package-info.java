/** What becomes of content before it is stored: compression and encryption, in formats that standard tools read. */
@NullMarked
package io.matriarch.archive.codec;

import org.jspecify.annotations.NullMarked;
