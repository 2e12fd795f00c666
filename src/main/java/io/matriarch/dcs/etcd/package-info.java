/** etcd v3 over Vert.x gRPC: the few messages it needs are written and read by hand, so that no generated class gets into the executable. */
@NullMarked
package io.matriarch.dcs.etcd;

import org.jspecify.annotations.NullMarked;
