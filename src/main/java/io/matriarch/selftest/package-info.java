/** {@code matriarch self-test}: does this executable do on this machine what the agent will ask of it? */
@NullMarked
package io.matriarch.selftest;

import org.jspecify.annotations.NullMarked;
