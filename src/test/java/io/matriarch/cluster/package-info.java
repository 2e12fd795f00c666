@NullMarked
package io.matriarch.cluster;

import org.jspecify.annotations.NullMarked;
