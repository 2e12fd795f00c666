/** {@code matriarch backup} and {@code matriarch restore}: base backups from a server to a repository and back (docs/backup.md). */
@NullMarked
package io.matriarch.backup;

import org.jspecify.annotations.NullMarked;
