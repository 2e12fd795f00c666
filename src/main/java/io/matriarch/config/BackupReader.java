package io.matriarch.config;

import io.matriarch.config.RepositorySettings.DirectorySettings;
import io.matriarch.config.RepositorySettings.Place;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code backup}. */
final class BackupReader {
    static final int WORKERS = 2;
    static final int PREFETCH = 8;

    private static final int MOST_WORKERS = 32;
    private static final int MOST_AHEAD = 256;

    /** A name is in messages, metrics and the names of files in the spool. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    private static final List<String> TYPES = List.of("directory", "s3");
    private static final List<String> COMPRESSIONS = List.of("zstd", "lz4", "none");

    private BackupReader() {}

    /** All of it. */
    static BackupSettings read(Section section) {
        NotifySettings.read(section.section("notify"));
        DumpSettings.read(section.section("dump"));
        DrillSettings.read(section.section("drill"));
        return readForWal(section);
    }

    /** What archiving needs: a mistake in the settings of dumps, drills and notifications must not stop it. */
    static BackupSettings readForWal(Section section) {
        section.allowOnly(
                List.of("repositories", "spool", "workers", "prefetch", "retention", "dump", "drill", "notify"));
        RetentionSettings.read(section.section("retention"));
        int workers = (int) section.whole("workers", WORKERS, 1, MOST_WORKERS, "");
        int prefetch = (int) section.whole("prefetch", PREFETCH, 0, MOST_AHEAD, "");
        Optional<Path> spool = absolute(section, "spool");
        return new BackupSettings(repositories(section.section("repositories")), spool, workers, prefetch);
    }

    private static List<RepositorySettings> repositories(Section section) {
        List<RepositorySettings> repositories = new ArrayList<>();
        for (String name : section.content().entries().keySet()) {
            if (!NAME.matcher(name).matches()) {
                section.problem(name, "the name of a repository is lower-case letters, digits, - and _");
                continue;
            }
            if (!(section.content().find(name).orElse(Mapping.empty()) instanceof Mapping)) {
                section.problem(name, "a mapping is expected here, with type: directory or type: s3");
                continue;
            }
            Section entry = section.section(name);
            RepositoryCompression compression = compression(entry);
            List<Path> keys = keyFiles(entry);
            place(entry).ifPresent(place -> repositories.add(new RepositorySettings(name, place, compression, keys)));
        }
        return repositories;
    }

    private static RepositoryCompression compression(Section entry) {
        return entry.word("compression", COMPRESSIONS)
                .map(word -> RepositoryCompression.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(RepositoryCompression.ZSTD);
    }

    private static Optional<Place> place(Section entry) {
        Optional<String> type = entry.word("type", TYPES);
        if (type.isEmpty()) {
            if (entry.text("type").isEmpty()) {
                entry.missing("type", "directory or s3");
            }
            return Optional.empty();
        }
        if (type.get().equals("s3")) {
            return S3Reader.read(entry).map(Place.class::cast);
        }
        entry.allowOnly(List.of("type", "path", "compression", "encryption_key_files"));
        Optional<Path> path = absolute(entry, "path");
        if (path.isEmpty() && entry.text("path").isEmpty()) {
            entry.missing("path", "the absolute path of a directory that exists");
        }
        return path.map(DirectorySettings::new);
    }

    private static List<Path> keyFiles(Section entry) {
        List<Path> files = new ArrayList<>();
        for (String text : entry.texts("encryption_key_files")) {
            if (text.startsWith("/")) {
                files.add(Path.of(text));
            } else {
                entry.problem("encryption_key_files", Section.shown(text) + " isn't an absolute path");
            }
        }
        return files;
    }

    /** PostgreSQL calls {@code matriarch wal} in its data directory, and other programs call it elsewhere. */
    static Optional<Path> absolute(Section section, String key) {
        Optional<Path> path = section.file(key);
        if (path.isPresent() && !path.get().isAbsolute()) {
            section.problem(key, Section.shown(path.get().toString()) + " isn't an absolute path");
            return Optional.empty();
        }
        return path;
    }
}
