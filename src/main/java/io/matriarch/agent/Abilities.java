package io.matriarch.agent;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.ha.Ability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the looks at PostgreSQL and its disks tell of its ability to write. Belongs to the loop's thread. */
final class Abilities {
    /** Of a page of WAL: the place for the next record is behind it, before anything is written there. */
    private static final long LARGEST_HEADER = 40;

    private Disks disks = () -> Disks.Space.UNKNOWN;
    private OptionalLong answeredAt = OptionalLong.empty();
    /** Where WAL waits for the disk, and since when; absent when none does. */
    private Optional<Lsn> waitingAt = Optional.empty();

    private long waitingSince;
    private long lastOperation;
    private final List<Long> primaryStarts = new ArrayList<>();

    void use(Disks chosen) {
        disks = chosen;
    }

    /** A server that stops, starts or is worked on owes no answer; one that never answered may be recovering. */
    Ability seen(ServerStatus server, long nanos) {
        server.finished().filter(finished -> finished.id() > lastOperation).ifPresent(finished -> {
            lastOperation = finished.id();
            if (finished.operation() instanceof Operation.Start start && start.as() == Operation.Start.As.PRIMARY) {
                primaryStarts.add(nanos);
            }
        });
        primaryStarts.removeIf(at -> nanos - at >= Ability.CRASH_WINDOW.toNanos());
        if (server.reading().isPresent()) {
            answeredAt = OptionalLong.of(nanos);
        } else if (!server.postmasterAlive() || server.operation().isPresent()) {
            answeredAt = OptionalLong.empty();
        }
        Duration silence = answeredAt.isPresent() ? Duration.ofNanos(nanos - answeredAt.getAsLong()) : Duration.ZERO;
        Disks.Space space = disks.space();
        return new Ability(space.dataFree(), space.walFree(), silence, stall(server, nanos), primaryStarts.size());
    }

    /** Since WAL has been waiting at the same position. The server answers from memory while its file system hangs. */
    private Duration stall(ServerStatus server, long nanos) {
        Optional<Lsn> waiting = server.reading()
                .filter(reading -> !reading.inRecovery() && reading.commits().unflushed() > LARGEST_HEADER)
                .map(ServerReading::position);
        boolean silent = server.reading().isEmpty() && server.postmasterAlive();
        if (silent || server.operation().isPresent()) { // what is known of its WAL stays so until it answers again
            return Duration.ZERO;
        }
        if (waiting.isEmpty() || !waiting.equals(waitingAt)) {
            waitingAt = waiting;
            waitingSince = nanos;
        }
        return Duration.ofNanos(nanos - waitingSince);
    }
}
