package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Shows one view after the other, the last one for ever, and keeps what is written. */
final class FakeDcs implements Dcs {
    private final List<Reading> readings;
    private final List<DcsCommand> written = new ArrayList<>();
    private Writing answer = new Writing.Written(99);
    private int reads;
    private boolean closed;

    FakeDcs(List<ClusterView> views) {
        this.readings = List.copyOf(views.stream().map(Reading.Known::new).toList());
    }

    FakeDcs(Reading reading) {
        this.readings = List.of(reading);
    }

    void answerWrites(Writing writing) {
        answer = writing;
    }

    List<DcsCommand> written() {
        return written;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public Reading read(Deadline deadline) {
        throw new AssertionError("patronictl reads fresh only");
    }

    @Override
    public Reading readFresh(Deadline deadline) {
        Reading reading = readings.get(Math.min(reads, readings.size() - 1));
        reads++;
        return reading;
    }

    @Override
    public Writing write(DcsCommand command, Deadline deadline) {
        written.add(command);
        return answer;
    }

    @Override
    public void setTtl(Duration ttl) {
        throw new AssertionError("patronictl has no lease");
    }

    @Override
    public void onChange(Runnable listener) {
        throw new AssertionError("patronictl doesn't watch");
    }

    @Override
    public void close() {
        closed = true;
    }
}
