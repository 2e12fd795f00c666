/** Where a repository's objects are: a directory, or a bucket of S3. */
@NullMarked
package io.matriarch.archive.store;

import org.jspecify.annotations.NullMarked;
