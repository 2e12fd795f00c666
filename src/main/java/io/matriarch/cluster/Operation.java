package io.matriarch.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Something that takes PostgreSQL longer than a loop may wait. At most one runs at a time; while it does, members see its name in {@code <name> in progress}.
 */
public sealed interface Operation {

    /** The name in log lines (reference 5.4 and 5.5). */
    String title();

    /** initdb or the custom method, start, wait for the end of recovery, create the users, run post_bootstrap. */
    record Bootstrap() implements Operation {
        @Override
        public String title() {
            return "bootstrap";
        }
    }

    /** After a failed bootstrap: stop, and rename the data directory so that another node, or this one, can try again. */
    record DiscardFailedBootstrap() implements Operation {
        @Override
        public String title() {
            return "removing failed bootstrap";
        }
    }

    /** Copies the data directory from {@code source} into an empty one by the configured methods. Doesn't start the server. */
    record Clone(Upstream source, boolean fromLeader) implements Operation {
        @Override
        public String title() {
            if (source.isRemote()) {
                return "bootstrap_standby_leader";
            }
            if (source.isElsewhere()) {
                return "bootstrap (without leader)";
            }
            return "bootstrap from " + (fromLeader ? "leader" : "replica") + " '" + source.member() + "'";
        }
    }

    /**
     * Removes the data directory and clones again. The server is stopped first.
     *
     * @param ordered a person asked for it; else nothing is removed unless the source is as far as what is here
     * @param reason the text that a person sees
     */
    record Reinitialize(Upstream source, boolean fromLeader, boolean ordered, String reason) implements Operation {
        @Override
        public String title() {
            return "reinitialize";
        }
    }

    /**
     * Starts the server.
     *
     * @param follow whom to stream from; absent starts a standby that follows nobody
     * @param title the name of the loop message: {@code starting primary after failure}, {@code restarting after failure}, {@code starting as a secondary}
     * @param patience a start that takes longer has failed; absent: it may go on starting
     */
    record Start(As as, Optional<Upstream> follow, String title, Optional<Duration> patience) implements Operation {
        /** What to start as: a primary needs the leader lock. */
        public enum As {
            PRIMARY,
            REPLICA
        }
    }

    /**
     * Stops the server.
     *
     * @param checkpointFirst shortens the time between the end of writes and the end of the process
     * @param title such as {@code switchover: demote}
     */
    record Stop(Mode mode, boolean checkpointFirst, String title) implements Operation {
        /** PostgreSQL's shutdown modes. */
        public enum Mode {
            FAST,
            IMMEDIATE
        }
    }

    /** Stops and starts the server in its role. */
    record Restart(Optional<Duration> patience) implements Operation {
        @Override
        public String title() {
            return "restart";
        }
    }

    /** pre_promote, pg_ctl promote, wait until pg_control says in production. */
    record Promote() implements Operation {
        @Override
        public String title() {
            return "promote";
        }
    }

    /** Points the running standby elsewhere, by reload where the version can, else by restart. */
    record Follow(Optional<Upstream> upstream) implements Operation {
        @Override
        public String title() {
            return "changing primary_conninfo and restarting";
        }
    }

    /** Crash recovery of a former primary in single-user mode, so that pg_rewind can run or WAL ends cleanly. */
    record CrashRecovery() implements Operation {
        @Override
        public String title() {
            return "doing crash recovery in a single user mode";
        }
    }

    /** Asks {@code leader} for its timeline history and says whether this data directory has diverged. */
    record CheckDivergence(Upstream leader) implements Operation {
        @Override
        public String title() {
            return "checking for divergence from the leader";
        }
    }

    /** Stops the server if it runs, and runs pg_rewind against {@code leader}. */
    record Rewind(Upstream leader) implements Operation {
        @Override
        public String title() {
            return "running pg_rewind from " + leader.member();
        }
    }

    /**
     * Reads the state of the logical slots called {@code names} from {@code leader}, stops this standby, writes them, and starts it again.
     */
    record CopyLogicalSlots(Upstream leader, Set<String> names) implements Operation {
        public CopyLogicalSlots {
            names = Set.copyOf(names);
        }

        @Override
        public String title() {
            return "copy_logical_slots";
        }
    }

    /** CHECKPOINT after a promotion; pg_rewind on the others waits for it. */
    record CheckpointAfterPromotion() implements Operation {
        @Override
        public String title() {
            return "checkpoint after promote";
        }
    }
}
