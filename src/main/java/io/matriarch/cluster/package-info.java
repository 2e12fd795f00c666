/** What the DCS says about the cluster and what a server says about itself, as immutable records. No I/O. */
@NullMarked
package io.matriarch.cluster;

import org.jspecify.annotations.NullMarked;
