package io.matriarch.archive;

import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One {@code wal fetch}: takes what was fetched ahead, or fetches, and sees to it that what comes next is fetched ahead. */
final class Fetching {
    /** Whoever fetches the file ahead may hang; then it's fetched here once more. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);

    private final WalSetup setup;
    private final WalArguments arguments;
    private final Ahead ahead;

    Fetching(WalSetup setup, WalArguments arguments, Ahead ahead) {
        this.setup = setup;
        this.arguments = arguments;
        this.ahead = ahead;
    }

    Fetched fetch(String text, Path destination) throws ArchiveException {
        WalName name = WalName.parse(text)
                .orElseThrow(() -> new ArchiveException(text + " is not a name of PostgreSQL for a file in pg_wal"));
        Optional<String> given = arguments.systemIdentifier();
        String identifier = given.isPresent() ? given.get() : SystemIdentifier.besides(destination);
        Optional<Spool> spool = setup.spool(destination, identifier);
        boolean ready = spool.isPresent() && fetchedAhead(spool.get(), name, destination);
        if (!ready && !setup.repositories().fetch(name, identifier, destination)) {
            return Fetched.ABSENT;
        }
        Fetched fetched = restrict(name, destination);
        if (fetched == Fetched.WHOLE && spool.isPresent()) {
            startAhead(spool.get(), name, identifier, destination);
        }
        return fetched;
    }

    private static Fetched restrict(WalName name, Path destination) throws ArchiveException {
        Optional<FollowedHistory> history = FollowedHistory.of(name, destination);
        try {
            return history.isEmpty() ? Fetched.WHOLE : history.get().restrict(name, destination);
        } catch (IOException e) {
            throw new ArchiveException(
                    "can't compare " + name.text() + " with the histories of timelines in "
                            + destination.resolveSibling("") + ": " + FileProblem.whereAndWhy(e),
                    e);
        }
    }

    private static boolean fetchedAhead(Spool spool, WalName name, Path destination) throws ArchiveException {
        Deadline patience = Deadline.after(PATIENCE);
        try {
            while (!Prefetch.consume(spool, name, destination)) {
                if (!spool.busy(name) || patience.expired()) {
                    // it may have ended between the two looks
                    return Prefetch.consume(spool, name, destination);
                }
                Thread.sleep(LOOK_AGAIN);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            throw new ArchiveException(
                    "can't take " + name.text() + " out of the spool " + spool.directory() + ": "
                            + FileProblem.whereAndWhy(e),
                    e);
        }
    }

    private void startAhead(Spool spool, WalName name, String identifier, Path destination) throws ArchiveException {
        try {
            Optional<SegmentHeader> header = SegmentHeader.find(destination);
            if (header.isEmpty()
                    || !Prefetch.worthWhile(
                            spool,
                            setup.settings().prefetch(),
                            name,
                            header.get().segmentSize())) {
                return;
            }
            List<String> words = new ArrayList<>(List.of("wal", Ahead.FETCH));
            words.addAll(arguments.options(identifier));
            words.addAll(List.of(
                    name.text(),
                    destination.toAbsolutePath().toString(),
                    Long.toString(header.get().segmentSize())));
            ahead.start(words);
        } catch (IOException e) {
            throw new ArchiveException("can't start what fetches ahead: " + FileProblem.whereAndWhy(e), e);
        }
    }
}
