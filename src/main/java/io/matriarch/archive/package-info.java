/** The backup repository: WAL push and fetch. The format is described in docs/repository-format.md. */
@NullMarked
package io.matriarch.archive;

import org.jspecify.annotations.NullMarked;
