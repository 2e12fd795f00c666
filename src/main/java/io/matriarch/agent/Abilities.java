package io.matriarch.agent;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.ha.Ability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What the looks at PostgreSQL and its disks tell of its ability to write. Belongs to the loop's thread. */
final class Abilities {
    private Disks disks = () -> Disks.Space.UNKNOWN;
    private OptionalLong answeredAt = OptionalLong.empty();
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
        return new Ability(space.dataFree(), space.walFree(), silence, primaryStarts.size());
    }
}
