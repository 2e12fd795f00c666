package io.matriarch.it;

import io.matriarch.it.AgentProgram.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Matriarch's backups and archiving beside pgBackRest's, in turn, of one and the same cluster: {@code it/bench backup} runs it. No assertion looks at a number. The properties
 * {@code matriarch.bench.runs}, {@code matriarch.bench.scale} (of pgbench) and {@code matriarch.bench.seconds} (of load) choose how much is measured.
 */
final class BackupBenchmark {
    private static final Path TABLE = Path.of("target/bench-backup.md");
    private static final double MEGABYTE = 1e6;
    private static final int PUSHES = 50;

    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.MATRIARCH.placeIn(home.resolve("bin"));
    private final BenchmarkServer server = new BenchmarkServer(home);
    private final int seconds = Integer.getInteger("matriarch.bench.seconds", 15);
    private final Figures figures = new Figures(
            List.of(BackupFigure.values()),
            List.of(
                    new Figures.Column(BackupTool.MATRIARCH, "Matriarch"),
                    new Figures.Column(BackupTool.PGBACKREST, "pgBackRest")));

    @Test
    void matriarchBesidePgBackRest() throws IOException {
        try (server) {
            server.start(Integer.getInteger("matriarch.bench.scale", 140));
            for (int run = 1; run <= Integer.getInteger("matriarch.bench.runs", 3); run++) {
                for (BackupTool tool : BackupTool.values()) {
                    System.out.println("run " + run + " of " + tool);
                    measure(tool);
                    Files.writeString(TABLE, figures.table());
                }
            }
            System.out.println(size(server.data()) / 1_000_000 + " MB in the data directory");
            System.out.println(figures.table());
        }
        LocalCluster.delete(home);
    }

    private void measure(BackupTool tool) throws IOException {
        Path place = place();
        tool.prepare(server, place, "zstd");
        server.archiveWith(String.join(" ", tool.push(program, place, true, "%p")));
        backupAndRestore(tool, place);
        archive(tool);
        server.archiveWith("/bin/true");
        server.awaitArchived();
        LocalCluster.delete(place);
        pushes(tool, "none", BackupFigure.PUSH_PLAIN, BackupFigure.PUSH_PLAIN_CPU);
        pushes(tool, "zstd", BackupFigure.PUSH_ZSTD, BackupFigure.PUSH_ZSTD_CPU);
    }

    private void backupAndRestore(BackupTool tool, Path place) throws IOException {
        server.sql("CHECKPOINT");
        double serverBefore = server.cpuOfEnded();
        MeasuredCommand backup = MeasuredCommand.run(home, tool.backup(program, place));
        double content = contentMegabytes();
        figures.add(BackupFigure.BACKUP, tool, content / backup.seconds());
        figures.add(BackupFigure.BACKUP_CPU, tool, backup.cpuSeconds() + server.cpuOfEnded() - serverBefore);
        figures.add(BackupFigure.BACKUP_MEMORY, tool, backup.peakBytes() / MEGABYTE);
        figures.add(BackupFigure.SIZE, tool, size(place.resolve(BackupTool.REPOSITORY)) / MEGABYTE);
        Path target = place.resolve("restored");
        LocalCluster.own(Files.createDirectory(target));
        Files.setPosixFilePermissions(target, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        MeasuredCommand restore = MeasuredCommand.run(home, tool.restore(program, place, target));
        figures.add(BackupFigure.RESTORE, tool, content / restore.seconds());
        figures.add(BackupFigure.RESTORE_CPU, tool, restore.cpuSeconds());
        figures.add(BackupFigure.RESTORE_MEMORY, tool, restore.peakBytes() / MEGABYTE);
        LocalCluster.delete(target);
    }

    /** More segments than anybody can archive meanwhile, until the last of them is. */
    private void archive(BackupTool tool) {
        server.awaitArchived();
        long before = server.archived();
        long begin = System.nanoTime();
        ServerProcess load = server.load(seconds);
        while (load.isRunning()) {
            server.sql("SELECT pg_switch_wal()");
        }
        server.awaitArchived();
        figures.add(BackupFigure.ARCHIVE, tool, (server.archived() - before) / ((System.nanoTime() - begin) / 1e9));
    }

    /** One after the other, into a new repository, as PostgreSQL would. */
    private void pushes(BackupTool tool, String compression, BackupFigure time, BackupFigure cpu) throws IOException {
        Path place = place();
        tool.prepare(server, place, compression);
        for (Path segment : server.segments(PUSHES)) {
            MeasuredCommand push =
                    MeasuredCommand.runUndisturbed(home, tool.push(program, place, false, segment.toString()));
            figures.add(time, tool, push.seconds() * 1000);
            figures.add(cpu, tool, push.cpuSeconds() * 1000);
        }
        LocalCluster.delete(place);
    }

    private Path place() throws IOException {
        Path place = Files.createTempDirectory(home, "place-");
        LocalCluster.own(place);
        return place;
    }

    /** What a backup copies: the cluster without its WAL. */
    private double contentMegabytes() {
        return (size(server.data()) - size(server.data().resolve("pg_wal"))) / MEGABYTE;
    }

    private static long size(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(BackupBenchmark::sizeOf).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException removedMeanwhile) {
            return 0;
        }
    }
}
