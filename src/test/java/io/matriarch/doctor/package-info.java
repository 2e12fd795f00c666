@NullMarked
package io.matriarch.doctor;

import org.jspecify.annotations.NullMarked;
