package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say where recovery ends. */
public final class TargetOptions {
    /** Timelines that aren't called by a number. */
    static final List<String> TIMELINE_WORDS = List.of("latest", "current");

    @Option(names = "--target-time", paramLabel = "TIME", description = "Recover to this time, with its zone")
    private Optional<String> time = Optional.empty();

    @Option(names = "--target-lsn", paramLabel = "LSN", description = "Recover to this position in the WAL")
    private Optional<String> lsn = Optional.empty();

    @Option(names = "--target-name", paramLabel = "NAME", description = "Recover to this restore point; needs --backup")
    private Optional<String> name = Optional.empty();

    @Option(names = "--target-xid", paramLabel = "XID", description = "Recover to this transaction; needs --backup")
    private Optional<String> xid = Optional.empty();

    @Option(names = "--target", paramLabel = "immediate", description = "End the recovery as soon as it's consistent")
    private Optional<String> word = Optional.empty();

    @Option(
            names = "--target-timeline",
            paramLabel = "TIMELINE",
            description = "A number, latest (the default) or current")
    private Optional<String> timeline = Optional.empty();

    public TargetOptions() {}

    /** Whether any of them is. */
    public boolean given() {
        return List.of(time, lsn, name, xid, word, timeline).stream().anyMatch(Optional::isPresent);
    }

    /** What can't be meant; absent if nothing is wrong with it. */
    public Optional<String> wrongUsage() {
        if (word.filter(given -> !given.equals("immediate")).isPresent()) {
            return Optional.of("--target must be immediate; other targets have options of their own");
        }
        long targets = List.of(time, lsn, name, xid, word).stream()
                .filter(Optional::isPresent)
                .count();
        return targets > 1 ? Optional.of("there can be only one target") : wrongValue();
    }

    private Optional<String> wrongValue() {
        try {
            target();
            timeline();
            return Optional.empty();
        } catch (ArchiveException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** @throws ArchiveException if its option has a value that is none, or a time that is still to come: no WAL can reach that */
    public RecoveryTarget target() throws ArchiveException {
        if (time.isPresent()) {
            return RecoveryTarget.Time.parse(time.get()).requirePast(Instant.now());
        }
        if (lsn.isPresent()) {
            return RecoveryTarget.Position.parse(lsn.get());
        }
        if (xid.isPresent()) {
            return RecoveryTarget.Transaction.parse(xid.get());
        }
        if (name.isPresent()) {
            return new RecoveryTarget.Name(name.get());
        }
        return word.isPresent() ? new RecoveryTarget.Immediate() : new RecoveryTarget.Newest();
    }

    /** @throws ArchiveException if it's neither a number nor a word that PostgreSQL knows */
    public Optional<String> timeline() throws ArchiveException {
        if (timeline.isPresent() && !TIMELINE_WORDS.contains(timeline.get())) {
            BackupChoice.number(timeline.get());
        }
        return timeline;
    }
}
