/** The REST API over the agent's snapshot, and the metrics. */
@NullMarked
package io.matriarch.rest;

import org.jspecify.annotations.NullMarked;
