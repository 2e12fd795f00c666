package io.matriarch.dump;

import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.archive.backup.StoredPart;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Dumps that nobody made. */
final class Examples {
    static final String SYSTEM = "7654321987654321000";

    private Examples() {}

    static DumpDescription dump(String label, Instant stopped) {
        return dump(label, stopped, List.of());
    }

    /** @param parts of the only database */
    static DumpDescription dump(String label, Instant stopped, List<StoredPart> parts) {
        DatabaseFacts shop = new DatabaseFacts("shop", 16_388, "keeper", "UTF8", "C", "C", "i", "en");
        return new DumpDescription(
                new BackupName(Kind.DUMP, SYSTEM, label),
                "herd",
                150_012,
                15,
                stopped.minusSeconds(60),
                stopped,
                List.of(new DumpedDatabase(
                        shop,
                        new StoredArchive(shop.archive(), parts),
                        Optional.of(List.of(new TableName("public", "herd"), new TableName("a b", "c.d"))))),
                new StoredArchive(DumpDescription.GLOBALS, List.of()),
                "a test");
    }
}
