package io.matriarch.ha;

import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is to be done next; exactly one at a time. Its {@link Outcome} is part of the next observation. */
public sealed interface Action {

    /** Nothing more in this cycle; look again after {@code atMost}, or after loop_wait when absent, or when something changes. */
    record Idle(Optional<Duration> atMost) implements Action {}

    /** Stop looping and end the process. */
    record Exit(int code) implements Action {}

    /** Take the leader key if nobody holds it. */
    record AcquireLeaderLock() implements Action {}

    /** Keep the leader key, and publish status. Refused: the lock is lost. */
    record RenewLeaderLock() implements Action {}

    /** Right after bootstrap: take the leader key whoever holds it. */
    record TakeLeaderLock() implements Action {}

    /** Give the leader key back; with a position, publish before how far this server came. */
    record ReleaseLeaderLock(Optional<Lsn> position) implements Action {}

    /** Race for the right to bootstrap, which lasts as long as this node's lease. */
    record CreateInitialize() implements Action {}

    /** Store the system identifier of the cluster that was bootstrapped here. Refused: another one is registered. */
    record RegisterBootstrap(String systemIdentifier) implements Action {}

    /** Store the system identifier; by who leads, or who has the cluster when nobody leads and the DCS knows of none. */
    record PutInitialize(String systemIdentifier) implements Action {}

    /** After a failed bootstrap, let others try. Refused: somebody does already. */
    record DeleteInitialize() implements Action {}

    /** Write the dynamic configuration: the one in effect, or at bootstrap the one of the local file. */
    record PutConfig() implements Action {}

    /**
     * Clear the failover key, if it still has this revision.
     *
     * @param refusal why the request isn't carried out, for the log; nothing if it's done or void
     */
    record ClearFailoverRequest(long revision, Optional<String> refusal) implements Action {
        public ClearFailoverRequest(long revision) {
            this(revision, Optional.empty());
        }
    }

    /**
     * Ask these members' REST interface, in parallel, for what they have.
     *
     * @param syncRevision of the sync key as it is; the answers are no votes under another one, which somebody else who led meanwhile has written
     */
    record AskPeers(Set<String> members, long syncRevision) implements Action {
        public AskPeers {
            members = Set.copyOf(members);
        }
    }

    /**
     * Ask these members, name to api_url, whether this primary may go on without the DCS. Done: what is needed of each list is met, and the lease is longer now.
     */
    record AskFailsafe(Map<String, String> members, List<Failsafe.Needed> needed) implements Action {
        public AskFailsafe {
            members = Map.copyOf(members);
            needed = List.copyOf(needed);
        }
    }

    /** Before racing: ask these members, name to api_url, to pledge that for ttl they let no primary go on without the DCS. */
    record AskPledges(Map<String, String> members) implements Action {
        public AskPledges {
            members = Map.copyOf(members);
        }
    }

    /** Write the failsafe key: member name to api_url. */
    record PutFailsafe(Map<String, String> members) implements Action {
        public PutFailsafe {
            members = Map.copyOf(members);
        }
    }

    /** Write the history key. */
    record PutHistory(History history) implements Action {}

    /** Do this to the slots of the local server, and tell {@code problems} to a person. */
    record SyncSlots(List<SlotChange> changes, List<String> problems) implements Action {
        public SyncSlots {
            changes = List.copyOf(changes);
            problems = List.copyOf(problems);
        }
    }

    /** Write these parameters, which replication slots need, into the configuration beside a person's, and reload. */
    record SetSlotParameters(Map<String, String> parameters) implements Action {
        public SetSlotParameters {
            parameters = Map.copyOf(parameters);
        }
    }

    /** Write the sync key, if it still has the revision that this names; 0 if there is none. */
    record PutSync(SyncState key) implements Action {}

    /** Delete the sync key, if it still has this revision. */
    record DeleteSync(long revision) implements Action {}

    /** Set synchronous_standby_names; absent: to what the user configured. */
    record SetStandbyNames(Optional<SynchronousStandbyNames> names) implements Action {}

    /** Before PostgreSQL accepts writes. Refused: it is required, and doesn't work. */
    record ActivateWatchdog() implements Action {}

    /** Nothing accepts writes here any more. */
    record DisarmWatchdog() implements Action {}

    /** Begin a long action on PostgreSQL. */
    record Begin(Operation operation) implements Action {}

    /** Ask the long action in progress to give up. */
    record CancelOperation() implements Action {}

    /** The lease is over, and something long is in progress: cancel it, and stop the server at once besides, so that nothing accepts writes any more. */
    record StopAtOnce() implements Action {}
}
