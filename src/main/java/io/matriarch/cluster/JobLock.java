package io.matriarch.cluster;

import io.matriarch.value.Value.Mapping;
import java.time.Instant;
import java.util.Optional;

/**
 * The lock under which a scheduled job runs: the key {@code matriarch/job}. It carries its member's lease, so that it goes when the member goes.
 *
 * @param started when the job began
 */
public record JobLock(JobKind kind, String member, Instant started) {
    /** As in the DCS and in REST. */
    public Mapping toJson() {
        return Mapping.empty().with("job", kind.word()).with("member", member).with("started", JobReport.text(started));
    }

    /** Absent when that is no lock. */
    static Optional<JobLock> of(Mapping json) {
        Optional<JobKind> kind = json.text("job").flatMap(JobKind::of);
        Optional<String> member = json.text("member");
        Optional<Instant> started = json.text("started").flatMap(JobReport::instant);
        return kind.isPresent() && member.isPresent() && started.isPresent()
                ? Optional.of(new JobLock(kind.get(), member.get(), started.get()))
                : Optional.empty();
    }
}
