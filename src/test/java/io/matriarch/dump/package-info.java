/** Tests of dumps without a server. */
@NullMarked
package io.matriarch.dump;

import org.jspecify.annotations.NullMarked;
