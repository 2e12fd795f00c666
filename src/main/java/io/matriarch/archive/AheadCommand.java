package io.matriarch.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the process does that {@code wal push} or {@code wal fetch} started to work ahead. What goes wrong is in the spool, or is found again by whoever needs it. */
record AheadCommand(Map<String, String> environment) {
    int push(WalArguments arguments) throws ArchiveException {
        Path path = WalArguments.path(arguments.words().get(1)).toAbsolutePath();
        WalSource source = WalSource.of(path, arguments.systemIdentifier());
        WalSetup setup = WalSetup.of(arguments, environment);
        Optional<Spool> spool = setup.spool(path, source.systemIdentifier());
        if (spool.isEmpty()) {
            throw new ArchiveException("nobody works ahead without backup.spool");
        }
        ArchiveStatus status = new ArchiveStatus(SystemIdentifier.dataDirectory(path));
        return run(() -> new PushAhead(setup, spool.get(), status, source.systemIdentifier()).run(source.name()));
    }

    int fetch(WalArguments arguments) throws ArchiveException {
        List<String> words = arguments.words();
        Path destination = WalArguments.path(words.get(2)).toAbsolutePath();
        WalSource current = WalSource.of(destination.resolveSibling(words.get(1)), arguments.systemIdentifier());
        WalSetup setup = WalSetup.of(arguments, environment);
        Optional<Spool> spool = setup.spool(destination, current.systemIdentifier());
        if (spool.isEmpty()) {
            throw new ArchiveException("nobody works ahead without backup.spool");
        }
        long segmentSize = Long.parseLong(words.get(3));
        return run(() -> new Prefetch(setup, spool.get(), current.systemIdentifier()).run(current.name(), segmentSize));
    }

    private static int run(Work work) {
        try {
            work.run();
            return WalCommand.SUCCESS;
        } catch (IOException e) {
            return WalCommand.FAILURE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return WalCommand.FAILURE;
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }
}
