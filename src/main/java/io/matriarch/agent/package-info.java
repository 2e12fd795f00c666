/** The daemon: observes, asks the decision core, carries out. */
@NullMarked
package io.matriarch.agent;

import org.jspecify.annotations.NullMarked;
