package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.cluster.Lsn;
import io.matriarch.time.IsoTime;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Where recovery ends. */
public sealed interface RecoveryTarget {
    /** As far as there is WAL. */
    record Newest() implements RecoveryTarget {}

    /** As soon as the data is consistent. */
    record Immediate() implements RecoveryTarget {}

    /** A moment. */
    record Time(OffsetDateTime moment) implements RecoveryTarget {
        /** @throws ArchiveException if it isn't a moment that means the same everywhere */
        static Time parse(String text) throws ArchiveException {
            IsoTime time = IsoTime.parse(text)
                    .orElseThrow(() -> new ArchiveException(
                            "--target-time: '" + text + "' isn't a time such as 2026-11-27T14:00:00+01:00"));
            return new Time(OffsetDateTime.of(
                    time.local(),
                    time.zone()
                            .orElseThrow(() -> new ArchiveException(
                                    "--target-time: say the zone too, such as " + text.strip() + "+00:00"))));
        }

        /** @throws ArchiveException if the moment is after {@code now} */
        Time requirePast(Instant now) throws ArchiveException {
            if (moment.toInstant().isAfter(now)) {
                throw new ArchiveException("--target-time: " + IsoTime.formatWithSpace(moment)
                        + " is still to come (it's " + IsoTime.formatWithSpace(now.atOffset(moment.getOffset()))
                        + " here); leave it out to recover as far as there is WAL");
            }
            return this;
        }
    }

    /** A position in the WAL. */
    record Position(Lsn lsn) implements RecoveryTarget {
        static Position parse(String text) throws ArchiveException {
            try {
                return new Position(Lsn.parse(text));
            } catch (IllegalArgumentException e) {
                throw new ArchiveException("--target-lsn: " + e.getMessage(), e);
            }
        }
    }

    /** A point that pg_create_restore_point made. */
    record Name(String name) implements RecoveryTarget {}

    /** The end of a transaction. */
    record Transaction(String xid) implements RecoveryTarget {
        static Transaction parse(String text) throws ArchiveException {
            if (!text.matches("[0-9]{1,20}")) {
                throw new ArchiveException("--target-xid: '" + text + "' isn't the number of a transaction");
            }
            return new Transaction(text);
        }
    }

    /** The parameter and its value, unless PostgreSQL's default does. */
    default Optional<String> parameter() {
        return switch (this) {
            case Newest() -> Optional.empty();
            case Immediate() -> Optional.of("recovery_target = 'immediate'");
            case Time(OffsetDateTime moment) ->
                Optional.of("recovery_target_time = '" + IsoTime.formatWithSpace(moment) + "'");
            case Position(Lsn lsn) -> Optional.of("recovery_target_lsn = '" + lsn + "'");
            case Name(String name) -> Optional.of("recovery_target_name = '" + name.replace("'", "''") + "'");
            case Transaction(String xid) -> Optional.of("recovery_target_xid = '" + xid + "'");
        };
    }

    /** Whether recovery from a backup can end there: it's at or after the backup's end. */
    default boolean isAfter(BackupDescription backup) {
        return switch (this) {
            case Newest(), Immediate(), Name _, Transaction _ -> true;
            case Time(OffsetDateTime moment) -> {
                Instant stopped = backup.stopped();
                yield !stopped.isAfter(moment.toInstant());
            }
            case Position(Lsn lsn) -> !backup.wal().stop().isAfter(lsn);
        };
    }

    /** Whether it tells which backups ended before it. */
    default boolean isOrdered() {
        return switch (this) {
            case Newest(), Immediate(), Time _, Position _ -> true;
            case Name _, Transaction _ -> false;
        };
    }
}
