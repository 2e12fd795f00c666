package io.matriarch.archive;

import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One {@code wal push}: looks whether it was done ahead, or does it, and sees to it that what waits behind it is done ahead. */
final class Pushing {
    /** Whoever works at the file ahead may hang; then it's done here once more, which does no harm. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);

    private final WalSetup setup;
    private final WalArguments arguments;
    private final Ahead ahead;

    Pushing(WalSetup setup, WalArguments arguments, Ahead ahead) {
        this.setup = setup;
        this.arguments = arguments;
        this.ahead = ahead;
    }

    void push(WalSource source) throws ArchiveException {
        Optional<Spool> spool = setup.spool(source.file(), source.systemIdentifier());
        if (spool.isEmpty()) {
            setup.repositories().push(source);
            return;
        }
        try {
            if (!doneAhead(spool.get(), source)) {
                startAhead(spool.get(), source);
                pushAndRemember(spool.get(), source);
            }
        } catch (IOException e) {
            throw new ArchiveException("can't archive " + source.file() + ": " + FileProblem.whereAndWhy(e), e);
        }
    }

    private boolean doneAhead(Spool spool, WalSource source) throws IOException {
        Deadline patience = Deadline.after(PATIENCE);
        while (!proven(spool, source)) {
            if (!spool.busy(source.name()) || patience.expired()) {
                // it may have ended between the two looks
                return proven(spool, source) && forget(spool, source);
            }
            try {
                Thread.sleep(LOOK_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return forget(spool, source);
    }

    private boolean proven(Spool spool, WalSource source) throws IOException {
        FileIdentity present = FileIdentity.of(source.file());
        return spool.mark(source.name())
                .filter(mark -> mark.proves(present, setup.repositories().names()))
                .isPresent();
    }

    private static boolean forget(Spool spool, WalSource source) throws IOException {
        spool.forget(source.name());
        return true;
    }

    private void startAhead(Spool spool, WalSource source) throws IOException {
        Path file = source.file().toAbsolutePath();
        ArchiveStatus status = new ArchiveStatus(SystemIdentifier.dataDirectory(file));
        if (PushAhead.worthWhile(spool, status, source.name())) {
            List<String> words = new ArrayList<>(List.of("wal", Ahead.PUSH));
            words.addAll(arguments.options(source.systemIdentifier()));
            words.add(file.toString());
            ahead.start(words);
        }
    }

    private void pushAndRemember(Spool spool, WalSource source) throws ArchiveException, IOException {
        FileIdentity identity = FileIdentity.of(source.file());
        try {
            setup.repositories().push(source);
        } catch (ArchiveException e) {
            spool.record(
                    source.name(),
                    SpoolMark.failed(identity, setup.repositories().names(), e.getMessage()));
            throw e;
        }
        spool.forget(source.name());
    }
}
