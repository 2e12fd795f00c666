package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known in the DCS of the scheduled jobs: the key {@code matriarch/jobs}.
 *
 * @param since for each job with a schedule: the schedule, and since when it counts; what was due before isn't made up for
 * @param reports how the last ones ended, newest first
 * @param backups the newest ones in the repository, as of the last job that made or removed some; newest first
 * @param requested what somebody wants to be done at once, and since when
 * @param revision of the key, 0 without it
 */
public record JobJournal(
        Map<JobKind, Since> since,
        List<JobReport> reports,
        List<Mapping> backups,
        Map<JobKind, Instant> requested,
        long revision) {
    public static final JobJournal EMPTY = new JobJournal(Map.of(), List.of(), List.of(), Map.of(), 0);

    private static final String REQUESTED = "requested";

    /** So many backups are told. */
    public static final int MOST_BACKUPS = 30;

    /** Of each kind so many are kept, and the last one that was done. */
    static final int KEPT = 8;

    /** A schedule and since when it counts. */
    public record Since(String schedule, Instant moment) {}

    public JobJournal {
        since = Map.copyOf(since);
        reports = kept(reports);
        backups = backups.stream().limit(MOST_BACKUPS).toList();
        requested = Map.copyOf(requested);
    }

    private static List<JobReport> kept(List<JobReport> reports) {
        Map<JobKind, Integer> seen = new HashMap<>();
        Map<JobKind, Boolean> done = new HashMap<>();
        List<JobReport> kept = new ArrayList<>();
        for (JobReport report : reports) {
            int count = seen.merge(report.kind(), 1, Integer::sum);
            boolean lastDone = report.done() && !done.containsKey(report.kind());
            if (count <= KEPT || lastDone) {
                kept.add(report);
            }
            if (report.done()) {
                done.put(report.kind(), true);
            }
        }
        return List.copyOf(kept);
    }

    /** The newest report of a kind. */
    public Optional<JobReport> last(JobKind kind) {
        return reports.stream().filter(report -> report.kind() == kind).findFirst();
    }

    /** The newest report of a kind that was done. */
    public Optional<JobReport> lastDone(JobKind kind) {
        return reports.stream()
                .filter(report -> report.kind() == kind && report.done())
                .findFirst();
    }

    /** The newest report of a kind that somebody carried out, whatever came of it. */
    public Optional<JobReport> lastRun(JobKind kind) {
        return reports.stream()
                .filter(report -> report.kind() == kind && report.outcome() != JobReport.Outcome.MISSED)
                .findFirst();
    }

    /** Somebody wants a job to be done at once. */
    public JobJournal request(JobKind kind, Instant now) {
        Map<JobKind, Instant> more = new HashMap<>(requested);
        more.put(kind, now);
        return new JobJournal(since, reports, backups, more, revision);
    }

    /** Who carried a job out has done what was requested before that. */
    public JobJournal with(JobReport report) {
        List<JobReport> more = new ArrayList<>(List.of(report));
        more.addAll(reports);
        Map<JobKind, Instant> open = new HashMap<>(requested);
        if (report.outcome() != JobReport.Outcome.MISSED) {
            open.remove(report.kind());
        }
        return new JobJournal(since, more, backups, open, revision);
    }

    public JobJournal since(Map<JobKind, Since> other) {
        return new JobJournal(other, reports, backups, requested, revision);
    }

    public JobJournal backups(List<Mapping> other) {
        return new JobJournal(since, reports, other, requested, revision);
    }

    /** As in the DCS. */
    public Mapping toJson() {
        Mapping schedules = Mapping.empty();
        for (JobKind kind : JobKind.values()) {
            Since from = since.get(kind);
            if (from != null) {
                schedules = schedules.with(
                        kind.word(),
                        Mapping.empty().with("schedule", from.schedule()).with("since", JobReport.text(from.moment())));
            }
        }
        Mapping requests = Mapping.empty();
        for (JobKind kind : JobKind.values()) {
            Instant moment = requested.get(kind);
            requests = moment == null ? requests : requests.with(kind.word(), JobReport.text(moment));
        }
        Mapping json = requests.isEmpty() ? Mapping.empty() : Mapping.empty().with(REQUESTED, requests);
        return json.with("schedules", schedules)
                .with(
                        "reports",
                        new Sequence(
                                reports.stream().<Value>map(JobReport::toJson).toList()))
                .with("backups", new Sequence(List.copyOf(backups)));
    }

    /** What makes no sense is left out. */
    static JobJournal of(Mapping json, long revision) {
        Map<JobKind, Since> since = new EnumMap<>(JobKind.class);
        Mapping schedules = json.mapping("schedules");
        for (JobKind kind : JobKind.values()) {
            Mapping entry = schedules.mapping(kind.word());
            Optional<String> schedule = entry.text("schedule");
            Optional<Instant> moment = entry.text("since").flatMap(JobReport::instant);
            if (schedule.isPresent() && moment.isPresent()) {
                since.put(kind, new Since(schedule.get(), moment.get()));
            }
        }
        List<JobReport> reports = json.items("reports").stream()
                .flatMap(item -> JobReport.of(item).stream())
                .toList();
        List<Mapping> backups = json.items("backups").stream()
                .filter(Mapping.class::isInstance)
                .map(Mapping.class::cast)
                .toList();
        Map<JobKind, Instant> requested = new EnumMap<>(JobKind.class);
        for (JobKind kind : JobKind.values()) {
            json.mapping(REQUESTED)
                    .text(kind.word())
                    .flatMap(JobReport::instant)
                    .ifPresent(moment -> requested.put(kind, moment));
        }
        return new JobJournal(since, reports, backups, requested, revision);
    }
}
