package io.matriarch.sim;

import io.matriarch.agent.Peers;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.SlotChange;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.postgres.Postgres;
import java.util.Optional;

/** A mistake that the invariants have to find. Most lie between the loop and one of its ports; the others in what a member answers to its peers. */
enum Plant {
    NOTHING,
    /** Members accept that a primary goes on without the DCS, and forget it at once. */
    FORGETFUL,
    /** Members pledge that they let no primary go on, and let it. */
    PERJURED,
    /** The leader key is written whoever holds it by then, instead of created if there is none. */
    LOCK_BY_PUT {
        @Override
        Dcs dcs(Dcs real) {
            return new MistakenPorts.OfDcs(
                    real,
                    command -> command instanceof DcsCommand.AcquireLeader ? new DcsCommand.TakeLeader() : command);
        }
    },
    /** Whoever wants to lead believes that nobody has more WAL. */
    BLIND_ELECTION {
        @Override
        Peers peers(Peers real) {
            return new MistakenPorts.OfPeers(real);
        }
    },
    /** Whoever has to be rewound is cloned anew instead, and nobody is asked whether somebody else has its WAL. */
    CLONED_INSTEAD_OF_REWOUND {
        @Override
        boolean asksSources() {
            return false;
        }

        @Override
        Postgres postgres(Postgres real) {
            return new MistakenPorts.OfPostgres(
                    real,
                    begun -> begun instanceof Operation.Rewind(var leader)
                            ? new Operation.Reinitialize(leader, true, false, "planted")
                            : begun,
                    change -> change);
        }
    },
    /** A standby is opened for writes as if it had been the primary all along: it stays on its timeline. */
    OPENED_WITHOUT_PROMOTION {
        @Override
        Postgres postgres(Postgres real) {
            return new MistakenPorts.OfPostgres(
                    real,
                    begun -> begun instanceof Operation.Promote
                            ? new Operation.Start(
                                    Operation.Start.As.PRIMARY, Optional.empty(), "planted", Optional.empty())
                            : begun,
                    change -> change);
        }
    },
    /** Standbys are started, and told to follow nobody. */
    FOLLOWS_NOBODY {
        @Override
        Postgres postgres(Postgres real) {
            return new MistakenPorts.OfPostgres(
                    real,
                    begun -> switch (begun) {
                        case Operation.Follow _ -> new Operation.Follow(Optional.empty());
                        case Operation.Start start
                        when start.as() == Operation.Start.As.REPLICA ->
                            new Operation.Start(start.as(), Optional.empty(), start.title(), start.patience());
                        default -> begun;
                    },
                    change -> change);
        }
    },
    /** Members' slots are moved on past what the member has. */
    PHYSICAL_SLOTS_TOO_FAR {
        @Override
        Postgres postgres(Postgres real) {
            return new MistakenPorts.OfPostgres(
                    real,
                    begun -> begun,
                    change -> change instanceof SlotChange.AdvancePhysical(String name, Lsn to)
                            ? new SlotChange.AdvancePhysical(name, further(to))
                            : change);
        }
    },
    /** Logical slots are moved on past what their consumer has confirmed. */
    LOGICAL_SLOTS_TOO_FAR {
        @Override
        Postgres postgres(Postgres real) {
            return new MistakenPorts.OfPostgres(
                    real,
                    begun -> begun,
                    change -> change instanceof SlotChange.AdvanceLogical(String name, String database, Lsn to)
                            ? new SlotChange.AdvanceLogical(name, database, further(to))
                            : change);
        }
    };

    private static final long TOO_FAR = 800;

    private static Lsn further(Lsn position) {
        return new Lsn(position.bytes() + TOO_FAR);
    }

    Dcs dcs(Dcs real) {
        return real;
    }

    Peers peers(Peers real) {
        return real;
    }

    Postgres postgres(Postgres real) {
        return real;
    }

    boolean asksSources() {
        return true;
    }
}
