package io.matriarch.archive.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Makes requests, again after a while when the server or the network failed, and a bounded number of times. */
final class Attempts {
    private static final int MOST = 4;
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);

    private final S3Problems problems;

    Attempts(S3Problems problems) {
        this.problems = problems;
    }

    /**
     * What a request gave.
     *
     * @param repeated whether an earlier attempt failed, which may have been carried out all the same
     */
    record Outcome<T>(T answer, boolean repeated) {}

    /** The answer to a request. */
    <T> T make(String doing, String what, Supplier<T> request) throws StoreException {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.get();
            } catch (SdkException e) {
                giveUpOrWait(doing, what, e, attempt);
            }
        }
    }

    /** The answer to a request for an object; absent when there is none. */
    <T> Optional<T> find(String doing, String what, Supplier<T> request) throws StoreException {
        return make(doing, what, () -> {
            try {
                return Optional.of(request.get());
            } catch (SdkException e) {
                if (S3Problems.absent(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /**
     * The answer to a request that takes a name; absent when the name is taken.
     *
     * @throws StoreException if it failed; the cause says whether the server refused the condition
     */
    <T> Outcome<Optional<T>> take(String what, Supplier<T> request) throws StoreException {
        for (int attempt = 1; ; attempt++) {
            try {
                return new Outcome<>(Optional.of(request.get()), attempt > 1);
            } catch (SdkException e) {
                if (S3Problems.taken(e)) {
                    return new Outcome<>(Optional.empty(), attempt > 1);
                }
                giveUpOrWait("store", what, e, attempt);
            }
        }
    }

    private void giveUpOrWait(String doing, String what, SdkException e, int attempt) throws StoreException {
        if (attempt >= MOST || !S3Problems.passing(e)) {
            throw problems.explain(doing, what, e);
        }
        try {
            long most = FIRST_WAIT.toMillis() << attempt;
            Thread.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw problems.explain(doing, what, e);
        }
    }
}
