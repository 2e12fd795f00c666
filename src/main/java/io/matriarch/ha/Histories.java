package io.matriarch.ha;

import io.matriarch.cluster.History;
import io.matriarch.cluster.History.Entry;
import io.matriarch.cluster.ServerReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the history key should say, if it says something else (reference 5.27). */
final class Histories {
    private Histories() {}

    static Optional<History> next(Situation s) {
        int timeline = s.server()
                .reading()
                .map(ServerReading::timeline)
                .map(own -> own.orElse(0))
                .orElse(0);
        History known = s.view().history();
        if (!s.primary() || timeline == 0) {
            return Optional.empty();
        }
        if (timeline == 1) {
            return known.entries().isEmpty() ? Optional.empty() : Optional.of(History.EMPTY);
        }
        History local = s.server().history();
        boolean usable = local.latestTimeline() == timeline;
        boolean complete = known.latestTimeline() == timeline
                && known.entries().getLast().newLeader().isPresent();
        return usable && !complete ? Optional.of(merged(s, known, local)) : Optional.empty();
    }

    private static History merged(Situation s, History known, History local) {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : local.entries()) {
            boolean last = entry.timeline() == local.latestTimeline() - 1;
            entries.add(known.entries().stream()
                    .filter(old -> old.timeline() == entry.timeline()
                            && old.end().equals(entry.end())
                            && (!last || old.newLeader().isPresent()))
                    .findFirst()
                    .orElseGet(() -> last ? ledBy(s.self(), entry) : withoutTime(entry)));
        }
        int keep = s.config().maxTimelinesHistory();
        int from = keep > 0 ? Math.max(0, entries.size() - keep) : 0;
        return new History(entries.subList(from, entries.size()));
    }

    private static Entry ledBy(String leader, Entry entry) {
        return new Entry(entry.timeline(), entry.end(), entry.reason(), entry.timestamp(), Optional.of(leader));
    }

    private static Entry withoutTime(Entry entry) {
        return new Entry(entry.timeline(), entry.end(), entry.reason(), Optional.empty(), Optional.empty());
    }
}
