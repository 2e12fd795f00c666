/** {@code matriarch doctor}: examines a node or the cluster without changing anything. One check is one class. */
@NullMarked
package io.matriarch.doctor;

import org.jspecify.annotations.NullMarked;
