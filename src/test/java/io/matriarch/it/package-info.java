/** Black-box tests: the built executable (or Debian's Patroni) as three nodes with real etcd, PostgreSQL and HAProxy; and the benchmark over the same cluster. */
@NullMarked
package io.matriarch.it;

import org.jspecify.annotations.NullMarked;
