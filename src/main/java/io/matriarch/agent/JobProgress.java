package io.matriarch.agent;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a job is, as its command says on standard error: {@code backup x: 45% (1.0 of 2.2 MB, 3.0 MB/s), 0:00:04 left}.
 *
 * @param text the whole line
 */
public record JobProgress(String text, long percent, long done, long total, long secondsLeft) {
    private static final Pattern LINE = Pattern.compile(
            ".*?([0-9]{1,3})% \\(([0-9.]{1,15}) of ([0-9.]{1,15}) MB, [0-9.]{1,15} MB/s\\), ([0-9]{1,6}):([0-9]{2}):([0-9]{2}) left");
    private static final BigDecimal MEGA = BigDecimal.valueOf(1L << 20);

    /** Absent when the line says something else. */
    static Optional<JobProgress> of(String line) {
        Matcher found = LINE.matcher(line);
        return found.matches()
                ? Optional.of(new JobProgress(
                        line,
                        Long.parseLong(found.group(1)),
                        bytes(found.group(2)),
                        bytes(found.group(3)),
                        (Long.parseLong(found.group(4)) * 60 + Long.parseLong(found.group(5))) * 60
                                + Long.parseLong(found.group(6))))
                : Optional.empty();
    }

    private static long bytes(String megabytes) {
        return new BigDecimal(megabytes).multiply(MEGA).longValue();
    }

    /** As in REST. */
    public Mapping toJson() {
        return Mapping.empty()
                .with("percent", Value.of(percent))
                .with("bytes", Value.of(done))
                .with("total_bytes", Value.of(total))
                .with("seconds_left", Value.of(secondsLeft));
    }
}
