/** Tests of the commands for base backups. */
@NullMarked
package io.matriarch.backup;

import org.jspecify.annotations.NullMarked;
