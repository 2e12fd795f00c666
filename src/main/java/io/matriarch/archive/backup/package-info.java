/** Base backups in a repository: how they are written, read, proved, kept and removed. The format is described in docs/repository-format.md. */
@NullMarked
package io.matriarch.archive.backup;

import org.jspecify.annotations.NullMarked;
