package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.dump.GoneTable;
import io.matriarch.dump.NewestDump;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The tables that the newest dump lacks and the one before it has. Somebody dropped them, or the dump isn't worth much: the recovered server knows, which is at least as new as the
 * dump.
 *
 * @param stillThere those that the recovered server has
 */
record GoneTables(List<GoneTable> stillThere) {
    static final GoneTables NOT_COMPARED = new GoneTables(List.of());

    private static final int MOST_ASKED = 200;

    GoneTables {
        stillThere = List.copyOf(stillThere);
    }

    /** A dump that can't be read is the affair of its own step. */
    static GoneTables find(BackupSession session, Queries recovered) {
        try {
            List<GoneTable> gone = NewestDump.find(session).gone();
            return new GoneTables(gone.stream()
                    .limit(MOST_ASKED)
                    .filter(table -> isThere(table, recovered))
                    .toList());
        } catch (ArchiveException e) {
            return NOT_COMPARED;
        }
    }

    private static boolean isThere(GoneTable table, Queries recovered) {
        try {
            return recovered.answer(table.database(), table.query()).strip().equals("t");
        } catch (ArchiveException e) {
            // the database may have been dropped
            return false;
        }
    }

    /** How the step ends that has restored {@code dump}. */
    Outcome outcome(NewestDump dump) {
        if (!stillThere.isEmpty()) {
            return Outcome.failed("the dump " + dump.label() + " lacks " + listed(stillThere) + ", which the dump "
                    + dump.previousLabel() + " and the restored base backup have");
        }
        List<GoneTable> gone = dump.gone();
        return Outcome.passed(dump.label() + ", ended at " + dump.stopped()
                + (gone.isEmpty() ? "" : "; without " + listed(gone) + ", which " + dump.previousLabel() + " had"));
    }

    private static String listed(List<GoneTable> tables) {
        String first = tables.stream().limit(3).map(GoneTable::toString).collect(Collectors.joining(", "));
        return tables.size() > 3 ? first + " and " + (tables.size() - 3) + " more tables" : first;
    }
}
