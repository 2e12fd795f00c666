/** The port to the distributed configuration store. */
@NullMarked
package io.matriarch.dcs;

import org.jspecify.annotations.NullMarked;
