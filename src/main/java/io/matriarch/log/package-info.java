/** The agent's log: Python's formats and levels, JSON, files that go round, and a queue before them so that nobody waits for a slow disk. */
@NullMarked
package io.matriarch.log;

import org.jspecify.annotations.NullMarked;
