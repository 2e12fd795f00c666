@NullMarked
package io.matriarch.tls;

import org.jspecify.annotations.NullMarked;
