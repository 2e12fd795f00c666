package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores a backup aside and tries it. What a killed one left behind is removed by the next one in the same place.
 *
 * @param place a folder, which is created and removed
 * @param superuser who may log in everywhere
 */
record Trial(Repository repository, Program programs, Path place, String superuser, int jobs, boolean screen) {
    /** A line about what is wrong; none when all is well. */
    List<String> run(List<BackupDescription> chain, boolean queries) throws ArchiveException {
        for (String program : List.of("postgres", "pg_verifybackup", "pg_controldata", "pg_isready", "psql")) {
            programs.require(program);
        }
        try (ScratchPlace taken = ScratchPlace.take(place)) {
            return tryIn(taken, chain, queries);
        } catch (IOException e) {
            throw new ArchiveException("can't restore to " + place + ": " + e.getMessage(), e);
        }
    }

    private List<String> tryIn(ScratchPlace taken, List<BackupDescription> chain, boolean queries)
            throws ArchiveException, IOException {
        RestorePlan plan = RestorePlan.of(chain, taken.data(), taken.tablespaces(chain.getLast()));
        plan.requireSpace(Map.of());
        Progress progress = new Progress(
                "restore of " + plan.backup().label() + " to try it:", plan.contentSize(), screen, System.err);
        Restoration restoration = new Restoration(repository, programs, plan, Destination.of(plan), jobs, progress);
        restoration.fill();
        restoration.addWal();
        restoration.publish();
        Optional<String> damage = DataVerification.problem(programs, taken.data());
        return damage.isPresent() ? List.of(damage.get()) : started(taken, queries);
    }

    private List<String> started(ScratchPlace taken, boolean queries) throws IOException {
        try (ScratchServer server =
                new ScratchServer(programs, taken.data(), taken.createRun(), superuser, ScratchServer.Limits.usual())) {
            server.start();
            if (queries) {
                for (String database : server.query(
                                "postgres", "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn")
                        .lines()
                        .toList()) {
                    server.query(database, "SELECT count(*) FROM pg_catalog.pg_class");
                }
            }
            return List.of();
        } catch (ArchiveException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }
}
