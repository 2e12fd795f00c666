package io.matriarch.agent;

import io.matriarch.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

/** Looks from time to time, on a thread of its own: a file system may hang for ever. */
final class WatchedDisks implements Disks {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
    private static final Duration OLD = Duration.ofSeconds(30);

    private final Ticker ticker;
    private final Path data;
    private final AtomicReference<Look> last;

    WatchedDisks(Ticker ticker, Path data) {
        this.ticker = ticker;
        this.data = data;
        this.last = new AtomicReference<>(new Look(Space.UNKNOWN, ticker.nanos()));
    }

    private record Look(Space space, long at) {}

    void start() {
        Thread.ofPlatform().name("disks").daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                last.set(new Look(new Space(free(data), free(data.resolve("pg_wal"))), ticker.nanos()));
                pause();
            }
        });
    }

    private static OptionalLong free(Path folder) {
        try {
            return OptionalLong.of(Files.getFileStore(folder).getUsableSpace());
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Space space() {
        Look look = last.get();
        return ticker.nanos() - look.at() < OLD.toNanos() ? look.space() : Space.UNKNOWN;
    }
}
