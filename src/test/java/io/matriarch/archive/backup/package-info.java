/** Tests of base backups in repositories. */
@NullMarked
package io.matriarch.archive.backup;

import org.jspecify.annotations.NullMarked;
