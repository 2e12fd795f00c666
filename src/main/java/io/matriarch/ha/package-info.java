/** The decision: what is seen goes in, one action comes out. No I/O, no clock, no threads, no framework. */
@NullMarked
package io.matriarch.ha;

import org.jspecify.annotations.NullMarked;
