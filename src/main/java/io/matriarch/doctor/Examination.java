package io.matriarch.doctor;

import io.matriarch.doctor.Finding.Level;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes all checks at once and waits for them; one that takes too long, or breaks, can't tell. */
final class Examination {
    private final Duration patience;

    Examination(Duration patience) {
        this.patience = patience;
    }

    /** In the order of the checks. */
    List<Finding> of(List<Check> checks) {
        Deadline deadline = Deadline.after(patience);
        List<CompletableFuture<List<Finding>>> running = checks.stream()
                .map(check -> CompletableFuture.supplyAsync(
                        check::findings,
                        // a virtual thread may not call functions of the C library in the native executable
                        task -> Thread.ofPlatform().name(check.name()).daemon().start(task)))
                .toList();
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            findings.addAll(await(checks.get(i), running.get(i), deadline));
        }
        return findings;
    }

    private static List<Finding> await(Check check, CompletableFuture<List<Finding>> running, Deadline deadline) {
        try {
            return running.get(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return unknown(check, "not done in time");
        } catch (ExecutionException e) {
            return unknown(check, "the check itself failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown(check, "interrupted");
        }
    }

    private static List<Finding> unknown(Check check, String why) {
        return List.of(new Finding(Level.UNKNOWN, check.name(), "here", why, "run it again"));
    }
}
