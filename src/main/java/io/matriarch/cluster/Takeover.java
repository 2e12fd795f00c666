package io.matriarch.cluster;

import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * A switchover or failover that a person asked for, as far as it can be told from what is in the DCS. Its number is the revision of the failover key, so that every
 * member that has seen the request gives it the same.
 *
 * @param before who led before, absent when nobody did
 * @param started when this member first saw it
 * @param since when its phase began
 * @param heir who holds the lock instead of {@code before}
 * @param missingSince since when the request is gone although the leader is the same
 * @param result how it ended
 */
public record Takeover(
        FailoverRequest request,
        Optional<String> before,
        Instant started,
        TakeoverPhase phase,
        Instant since,
        Optional<String> heir,
        Optional<Instant> missingSince,
        Optional<String> result) {

    /** PostgreSQL may write a long checkpoint before it stops. */
    private static final Duration LONGEST_STOP = Duration.ofHours(1);

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(10);

    public long id() {
        return request.revision();
    }

    public String kind() {
        return request.isSwitchover() ? "switchover" : "failover";
    }

    /** What Patroni says about the same end. */
    public static String outcome(boolean failover, Optional<String> candidate, String leader) {
        return candidate
                .filter(wanted -> !wanted.equals(leader))
                .map(wanted -> "%s to \"%s\" instead of \"%s\""
                        .formatted(failover ? "Failed over" : "Switched over", leader, wanted))
                .orElseGet(() ->
                        "Successfully %s to \"%s\"".formatted(failover ? "failed over" : "switched over", leader));
    }

    Takeover in(TakeoverPhase next, Instant at) {
        return next == phase
                ? this
                : new Takeover(request, before, started, next, at, heir, Optional.empty(), Optional.empty());
    }

    Takeover inheritedBy(String name) {
        return new Takeover(request, before, started, phase, since, Optional.of(name), Optional.empty(), result);
    }

    /** The request is there. */
    Takeover found() {
        return missingSince.isEmpty()
                ? this
                : new Takeover(request, before, started, phase, since, heir, Optional.empty(), result);
    }

    Takeover missing(Instant at) {
        return new Takeover(request, before, started, phase, since, heir, Optional.of(at), result);
    }

    Takeover ended(TakeoverPhase end, String text, Instant at) {
        return new Takeover(request, before, started, end, at, heir, missingSince, Optional.of(text));
    }

    /** For a person; absent at the end. */
    public Optional<String> waitsFor() {
        String leader = before.orElse("the leader");
        String candidate = request.candidate().orElse("a candidate");
        return switch (phase) {
            case SCHEDULED -> request.scheduledAt();
            case REQUESTED -> Optional.of(leader + " to see the request and ask the candidates");
            case STOPPING -> Optional.of("PostgreSQL on " + leader + " to write its checkpoint and stop");
            case WAITING_FOR_CANDIDATE -> Optional.of(candidate + " to have all WAL of " + leader);
            case RELEASED -> Optional.of(candidate + " to take the leader lock");
            case PROMOTING -> Optional.of("PostgreSQL on " + heir.orElse(candidate) + " to become the primary");
            case TIMED_OUT -> Optional.of("news");
            case DONE, FAILED -> Optional.empty();
        };
    }

    /** The phase as a person sees it at {@code now}: too long without a change is told. */
    public TakeoverPhase phase(Instant now, DynamicConfiguration config) {
        boolean late = !phase.isLast()
                && phase != TakeoverPhase.SCHEDULED
                && Duration.between(since, now).compareTo(patience(config)) > 0;
        return late ? TakeoverPhase.TIMED_OUT : phase;
    }

    private Duration patience(DynamicConfiguration config) {
        Duration cycle = config.loopWait().compareTo(LEAST_PATIENCE) > 0 ? config.loopWait() : LEAST_PATIENCE;
        return phase == TakeoverPhase.STOPPING ? LONGEST_STOP : cycle.multipliedBy(2);
    }

    /** The answer of GET /operations/{id}. */
    public Mapping toJson(Instant now, DynamicConfiguration config) {
        TakeoverPhase shown = phase(now, config);
        Optional<String> told = shown == TakeoverPhase.TIMED_OUT
                ? Optional.of("nothing has changed for %d seconds; operation may still be in progress"
                        .formatted(Duration.between(since, now).toSeconds()))
                : result;
        return Mapping.empty()
                .with("id", Long.toString(id()))
                .with("kind", kind())
                .with("leader", textOrNull(before))
                .with("candidate", textOrNull(request.candidate()))
                .with("scheduled_at", request.scheduledAt().map(Text::new))
                .with("started", moment(started))
                .with("phase", shown.text())
                .with("since", moment(since))
                .with("waits_for", textOrNull(waitsFor()))
                .with("result", textOrNull(told));
    }

    private static Value textOrNull(Optional<String> text) {
        return text.<Value>map(Text::new).orElseGet(Value.Null::new);
    }

    private static String moment(Instant at) {
        return IsoTime.format(at.atOffset(ZoneOffset.UTC));
    }
}
