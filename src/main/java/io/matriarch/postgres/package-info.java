/** The port to the local PostgreSQL. */
@NullMarked
package io.matriarch.postgres;

import org.jspecify.annotations.NullMarked;
