package io.matriarch.agent;

import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerReading;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A switchover stops the primary, so somebody who may take over has to stream from it: who doesn't won't get the last WAL. After a restart of the primary its standbys
 * take some seconds to come back.
 */
final class CandidateWait {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Supplier<CompletableFuture<Optional<ServerReading>>> primary;

    /** {@code primary} asks the local server, which is the primary. */
    CandidateWait(Supplier<CompletableFuture<Optional<ServerReading>>> primary) {
        this.primary = primary;
    }

    /** Whether one of them streams from here within 10 s, or needn't, since it is to get its WAL elsewhere. */
    boolean oneStreams(List<Member> candidates) {
        Deadline deadline = Deadline.after(PATIENCE);
        while (!deadline.expired()) {
            Optional<ServerReading> reading = primary.get().join();
            if (candidates.stream().anyMatch(candidate -> getsWal(candidate, reading))) {
                return true;
            }
            pause();
        }
        return false;
    }

    private static boolean getsWal(Member candidate, Optional<ServerReading> reading) {
        return candidate.tags().replicatefrom().isPresent()
                || candidate.tags().nostream()
                || reading.stream()
                        .flatMap(answer -> answer.walSenders().stream())
                        .anyMatch(sender -> sender.applicationName().equals(candidate.name())
                                && sender.state().equals("streaming"));
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
