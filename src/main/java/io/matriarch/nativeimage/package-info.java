/** What is only known in the native executable, behind calls that also work in a JVM. */
@NullMarked
package io.matriarch.nativeimage;

import org.jspecify.annotations.NullMarked;
