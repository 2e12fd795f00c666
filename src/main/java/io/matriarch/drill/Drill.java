package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.FetchedAhead;
import io.matriarch.archive.backup.ArchiveEnd;
import io.matriarch.archive.backup.Verification;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.DataVerification;
import io.matriarch.backup.Destination;
import io.matriarch.backup.Program;
import io.matriarch.backup.Progress;
import io.matriarch.backup.RecoveryFiles;
import io.matriarch.backup.RecoveryTarget;
import io.matriarch.backup.Restoration;
import io.matriarch.backup.RestorePlan;
import io.matriarch.backup.ScratchPlace;
import io.matriarch.backup.ScratchServer;
import io.matriarch.config.DrillSettings;
import io.matriarch.config.DrillSettings.Check;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One drill: restores a backup to a scratch folder, recovers it there, asks it, and removes everything. Used once. */
final class Drill {
    private static final Duration LONGEST_QUERY = Duration.ofHours(6);

    private final BackupSession session;
    private final DrillSettings settings;
    private final Program programs;
    private final DrillRequest request;
    private final boolean screen;
    private final Steps steps;

    private final Instant started = Instant.now();
    private final List<String> trouble = new ArrayList<>();
    private long begun = System.nanoTime();
    private Duration verifying = Duration.ZERO;
    private Optional<Duration> rto = Optional.empty();
    private Optional<Duration> rpo = Optional.empty();
    private Optional<Reached> reached = Optional.empty();
    private GoneTables goneTables = GoneTables.NOT_COMPARED;

    Drill(
            BackupSession session,
            DrillSettings settings,
            Program programs,
            DrillRequest request,
            boolean screen,
            Steps steps) {
        this.session = session;
        this.settings = settings;
        this.programs = programs;
        this.request = request;
        this.screen = screen;
        this.steps = steps;
    }

    Report run() {
        long start = System.nanoTime();
        try (ScratchPlace place = ScratchPlace.take(request.scratch())) {
            try {
                forgetFetched(place);
                run(place);
            } finally {
                forgetFetched(place);
            }
            if (settings.dump().isPresent()) {
                place.empty();
                new DumpDrill(session, programs, new Memory(settings.memory()), disk(place), steps)
                        .run(place, settings.dump().get(), goneTables);
            }
        } catch (ArchiveException e) {
            trouble.add(String.valueOf(e.getMessage()));
        }
        return new Report(
                Optional.of(request.backup().label()),
                started,
                Duration.ofNanos(System.nanoTime() - start),
                rto,
                rpo,
                reached,
                steps.results(),
                trouble);
    }

    /** A segment from an earlier drill would hide that it's gone from the repository. */
    private void forgetFetched(ScratchPlace place) {
        FetchedAhead.forget(
                session.configuration().backup().spool(),
                request.backup().name().systemIdentifier(),
                place.data());
    }

    private DiskLimit disk(ScratchPlace place) {
        return new DiskLimit(place.folder(), settings.reserve(), request.maxDisk());
    }

    private void run(ScratchPlace place) throws ArchiveException {
        RestorePlan plan = RestorePlan.of(request.chain(), place.data(), place.tablespaces(request.backup()));
        Verification repository = new Verification(session.repository(), request.chain(), session.jobs());
        Optional<ArchiveEnd> end = repository.newestArchived();
        Recovery recovery = new Recovery(place.data(), request.backup().wal());
        DiskLimit disk = disk(place);
        long needed = plan.needs().values().stream().mapToLong(Long::longValue).sum() + recovery.keptWal(end);
        if (!steps.passes(
                "space", () -> disk.refusal(needed).map(Outcome::failed).orElseGet(Outcome::passed))) {
            return;
        }
        begun = System.nanoTime();
        if (!steps.passes("restore", () -> restore(plan)) || !steps.passes("pg_verifybackup", () -> verify(place))) {
            return;
        }
        verifying = steps.last();
        tryServer(place, recovery, disk, end, repository);
    }

    private Outcome restore(RestorePlan plan) throws ArchiveException, IOException {
        if (!request.problems().isEmpty()) {
            return Outcome.failed(String.join("; ", request.problems()));
        }
        for (String program : List.of("postgres", "pg_verifybackup", "pg_controldata", "pg_isready", "psql")) {
            programs.require(program);
        }
        if (plan.incremental()) {
            programs.require("pg_combinebackup");
        }
        Progress progress =
                new Progress("restore of " + plan.backup().label() + ":", plan.contentSize(), screen, System.err);
        Restoration restoration =
                new Restoration(session.repository(), programs, plan, Destination.of(plan), session.jobs(), progress);
        restoration.fill();
        restoration.addWal();
        restoration.publish();
        return Outcome.passed(
                plan.backup().label() + ", ended at " + plan.backup().stopped());
    }

    private Outcome verify(ScratchPlace place) throws ArchiveException {
        return DataVerification.problem(programs, place.data())
                .map(Outcome::failed)
                .orElseGet(Outcome::passed);
    }

    private void tryServer(
            ScratchPlace place, Recovery recovery, DiskLimit disk, Optional<ArchiveEnd> end, Verification repository)
            throws ArchiveException {
        try (ScratchServer server = new ScratchServer(
                programs,
                place.data(),
                place.createRun(),
                session.configuration().postgresql().superuser().username().orElse("postgres"),
                new ScratchServer.Limits(
                        recovery.parameters(new Memory(settings.memory()), disk.left()),
                        Recovery.PATIENCE,
                        disk.watch()))) {
            steps.passes("recovery", () -> recover(server, place, recovery, end, repository));
            if (reached.isEmpty()) {
                return;
            }
            // also when WAL is missing: what there is of the data is as interesting
            Queries queries = (database, sql) -> server.query(database, sql, LONGEST_QUERY);
            steps.passes("pg_amcheck", () -> new Amcheck(programs, server, settings.amcheck()).run());
            for (Check check : settings.checks()) {
                SqlCheck step = new SqlCheck(check, queries);
                steps.passes(step.name(), step::run);
            }
            if (settings.dump().isPresent() && request.target() instanceof RecoveryTarget.Newest) {
                goneTables = GoneTables.find(session, queries);
            }
            settings.heartbeat()
                    .ifPresent(heartbeat -> steps.passes("heartbeat", () -> {
                        HeartbeatCheck.Found found = new HeartbeatCheck(heartbeat, queries, wanted()).find();
                        rpo = found.lost();
                        return found.outcome(settings.maxRpo());
                    }));
        } catch (IOException e) {
            throw new ArchiveException("can't use " + place.folder() + ": " + e.getMessage(), e);
        }
    }

    private Outcome recover(
            ScratchServer server,
            ScratchPlace place,
            Recovery recovery,
            Optional<ArchiveEnd> end,
            Verification repository)
            throws ArchiveException, IOException {
        new RecoveryFiles(request.restoreCommand(), request.target(), request.timeline(), "promote")
                .write(place.data(), true);
        server.start();
        Reached where = recovery.reached(server);
        Duration took = Duration.ofNanos(System.nanoTime() - begun).minus(verifying);
        reached = Optional.of(where);
        rto = Optional.of(took);
        // only all of the WAL leads to its end, and the way ends elsewhere on another timeline
        if (request.target() instanceof RecoveryTarget.Newest
                && request.timeline().filter(given -> !given.equals("latest")).isEmpty()) {
            Optional<String> shortfall = Recovery.shortfall(where, end, repository.wal());
            if (shortfall.isPresent()) {
                return Outcome.failed(shortfall.get());
            }
        }
        if (settings.maxRto().filter(limit -> took.compareTo(limit) > 0).isPresent()) {
            return Outcome.failed("the server answered after " + took.toSeconds() + " s, and backup.drill.max_rto is "
                    + settings.maxRto().get().toSeconds() + " s");
        }
        return Outcome.passed("to " + where);
    }

    /** The moment that recovery was to get to, as far as it is one. */
    private Optional<Instant> wanted() {
        return switch (request.target()) {
            case RecoveryTarget.Newest() -> Optional.of(started);
            case RecoveryTarget.Time(var moment) -> Optional.of(moment.toInstant());
            case RecoveryTarget.Immediate _,
                    RecoveryTarget.Position _,
                    RecoveryTarget.Name _,
                    RecoveryTarget.Transaction _ -> Optional.empty();
        };
    }
}
