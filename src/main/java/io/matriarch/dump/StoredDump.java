package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.ArchiveReader;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.backup.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Reads dumps out of a repository; whatever is read is proven to be what was written.
 *
 * @param jobs how many parts are read at once
 */
record StoredDump(Repository repository, ClientPrograms programs, Path folder, int jobs) {
    private static final List<String> COMPRESSIONS = List.of("", ".gz", ".lz4", ".zst");

    /** Which files of a database are wanted. */
    @FunctionalInterface
    interface Wanted {
        /** Whether a file is wanted, after the table of contents was read. */
        boolean file(String name);

        /** Every file. */
        static Wanted all() {
            return _ -> true;
        }

        /** The data of these entries. */
        static Wanted data(TableOfContents contents) {
            Set<String> names = new HashSet<>();
            contents.data().forEach(entry -> names.addAll(fileNames(entry)));
            return names::contains;
        }
    }

    /** Decides what is wanted by the table of contents. */
    @FunctionalInterface
    interface Decision {
        Wanted by(TableOfContents contents) throws ArchiveException;
    }

    /**
     * The folder that pg_restore reads, with the table of contents and the files that are wanted.
     *
     * @param names of all files in the dump
     */
    record Extracted(Path folder, TableOfContents contents, Set<String> names) {
        Extracted {
            names = Set.copyOf(names);
        }

        /** The tables whose data is missing in the dump. */
        List<String> withoutData() {
            return contents.data().stream()
                    .filter(entry -> fileNames(entry).stream().noneMatch(names::contains))
                    .map(TableOfContents.Entry::rest)
                    .toList();
        }
    }

    private static List<String> fileNames(TableOfContents.Entry entry) {
        return COMPRESSIONS.stream()
                .map(ending -> entry.number() + ".dat" + ending)
                .toList();
    }

    /**
     * Extracts a database.
     *
     * @param done gets the number of bytes that were read
     */
    Extracted extract(DumpedDatabase database, Decision decision, LongConsumer done)
            throws ArchiveException, IOException {
        Path target = Files.createDirectory(
                folder.resolve(Long.toString(database.facts().oid())));
        SpaceWatch space = SpaceWatch.of(folder);
        Set<String> names = new HashSet<>();
        try (InputStream stored = new ArchiveReader(repository, database.archive(), jobs)) {
            TarReader tar = new TarReader(stored, done);
            Optional<TarEntry> first = tar.next();
            if (first.isEmpty() || !first.get().name().equals(TarWriter.CONTENTS)) {
                throw new IOException("the dump of " + database.name() + " doesn't begin with its table of contents");
            }
            tar.copyTo(target.resolve(TarWriter.CONTENTS));
            TableOfContents contents = list(target);
            Wanted wanted = decision.by(contents);
            for (Optional<TarEntry> entry = tar.next(); entry.isPresent(); entry = tar.next()) {
                String name = entry.get().name();
                names.add(name);
                if (wanted.file(name)) {
                    space.require(entry.get().size());
                    tar.copyTo(target.resolve(name));
                }
            }
            return new Extracted(target, contents, names);
        }
    }

    private TableOfContents list(Path target) throws ArchiveException {
        return TableOfContents.parse(
                programs.run("pg_restore", List.of("--list", "--verbose", target.toString()), SpaceWatch.of(folder)));
    }

    /** The statements that make roles and tablespaces; they are never shown, since passwords are among them. */
    String globals(StoredArchive archive) throws IOException {
        try (InputStream stored = new ArchiveReader(repository, archive, 1)) {
            return new String(stored.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
