/** {@code matriarch dump}: databases by pg_dump into a repository and back (docs/backup.md). */
@NullMarked
package io.matriarch.dump;

import org.jspecify.annotations.NullMarked;
