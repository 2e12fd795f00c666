/**
 * The process that systemd or the container starts: it starts the agent, restarts it when it dies, reaps orphans, and hears of the lease from the agent.
 * Costs a few MB and no CPU while nothing happens, so no framework is used here.
 */
@NullMarked
package io.matriarch.guard;

import org.jspecify.annotations.NullMarked;
