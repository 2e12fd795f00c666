package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.cluster.SynchronousStandbyNames.Method;
import io.matriarch.ha.SyncFacts.SyncCandidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The smallest cluster in which commits can be lost: positions, who streams, the key, the names, and what was acknowledged. */
final class SyncModel {
    private static final List<String> NAMES = List.of("A", "b", "c", "d");

    private final long seed;
    private final Random random;
    private final SyncPlan.Planner planner;
    private final boolean quorumMode;
    private final boolean strict;
    private final Map<String, Long> positions = new TreeMap<>();
    private final Set<String> streaming = new TreeSet<>();
    private String primary = "A";
    private SyncState key = SyncState.NONE;
    private SynchronousStandbyNames names = SynchronousStandbyNames.OFF;
    private long point;
    private long acknowledged;
    private int wanted = 1;
    private int elections;

    SyncModel(long seed, SyncPlan.Planner planner, boolean quorumMode, boolean strict) {
        this.seed = seed;
        this.random = new Random(seed);
        this.planner = planner;
        this.quorumMode = quorumMode;
        this.strict = strict;
        NAMES.forEach(name -> positions.put(name, 0L));
    }

    int elections() {
        return elections;
    }

    void happen() {
        switch (random.nextInt(10)) {
            case 0 -> streaming.remove(somebody());
            case 1 -> {
                String name = somebody();
                if (!name.equals(primary)) {
                    streaming.add(name);
                }
            }
            case 2 -> wanted = 1 + random.nextInt(2);
            case 3 -> {
                if (random.nextInt(3) == 0) {
                    elect();
                }
            }
            case 4, 5 -> positions.merge(primary, 5L, Long::sum);
            case 6, 7 -> streaming.forEach(name -> positions.put(name, between(name)));
            default -> step();
        }
        acknowledge();
    }

    private long at(String name) {
        return positions.getOrDefault(name, 0L);
    }

    private String somebody() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private long between(String name) {
        long behind = at(primary) - at(name);
        return at(name) + (behind == 0 ? 0 : random.nextLong(behind + 1));
    }

    /** Whether there was a step. */
    private boolean step() {
        SyncPlan plan = planner.next(facts());
        plan.step().ifPresent(step -> {
            switch (step) {
                case SyncPlan.WriteKey(SyncState written) -> key = written;
                case SyncPlan.SetNames(SynchronousStandbyNames set) -> {
                    names = set;
                    point = at(primary);
                }
            }
        });
        return plan.step().isPresent();
    }

    private SyncFacts facts() {
        List<SyncCandidate> candidates = streaming.stream()
                .map(name -> new SyncCandidate(name, syncState(name), new Lsn(at(name)), false))
                .toList();
        return new SyncFacts(primary, key, names, candidates, streaming.size(), wanted, strict, new Lsn(point));
    }

    private String syncState(String name) {
        if (!names.names(name)) {
            return "async";
        }
        return names.method() == Method.ANY ? "quorum" : "sync";
    }

    private void acknowledge() {
        acknowledged = Math.max(acknowledged, confirmed());
    }

    private long confirmed() {
        if (names.method() == Method.OFF) {
            return key.isEmpty() ? 0 : at(primary);
        }
        List<Long> lengths = streaming.stream()
                .filter(names::names)
                .map(this::at)
                .sorted(java.util.Comparator.reverseOrder())
                .toList();
        return lengths.size() < names.number() ? 0 : lengths.get(names.number() - 1);
    }

    /** Whoever could win an election now: with as many votes as it needs of nodes that have no more. */
    private List<String> electable() {
        List<String> electable = new ArrayList<>();
        for (String name : NAMES) {
            if (!name.equals(primary) && mayLead(name)) {
                electable.add(name);
            }
        }
        return electable;
    }

    private boolean mayLead(String name) {
        boolean inKey = key.names(name) || key.ledBy(name);
        if (!quorumMode) {
            return inKey;
        }
        long votes = key.standbys().stream()
                .flatMap(voter -> NAMES.stream().filter(voter::equalsIgnoreCase))
                .filter(voter -> !voter.equals(name) && !voter.equals(primary))
                .filter(voter -> at(voter) <= at(name))
                .count();
        return key.ledBy(name) || votes - (inKey ? 0 : 1) >= key.quorum();
    }

    void requireSafety() {
        if (key.isEmpty()) {
            return;
        }
        for (String name : electable()) {
            if (at(name) < acknowledged) {
                throw new AssertionError("seed " + seed + ": " + name + " may lead with " + at(name)
                        + ", acknowledged are " + acknowledged + "; " + this);
            }
        }
    }

    /** The primary is lost; one that may lead does, as SyncRows prepares it. */
    private void elect() {
        List<String> electable = electable();
        if (key.isEmpty() || electable.isEmpty()) {
            return;
        }
        elections++;
        String former = primary;
        primary = electable.get(random.nextInt(electable.size()));
        streaming.clear();
        long end = at(primary);
        positions.replaceAll((_, position) -> Math.min(position, end)); // rewound
        streaming.remove(former);
        Set<String> electorate = facts().electorate();
        if (quorumMode) {
            names = QuorumPlanner.inherited(electorate, key.quorum());
            key = new SyncState(Optional.of(primary), key.quorum(), List.copyOf(electorate), 0);
        } else {
            names = strict ? SynchronousStandbyNames.all(electorate) : SynchronousStandbyNames.OFF;
            key = new SyncState(Optional.of(primary), 0, strict ? List.copyOf(electorate) : List.of(), 0);
        }
        if (names.method() == Method.OFF && strict) {
            names = SynchronousStandbyNames.first(1, Set.of());
        }
        point = end;
    }

    /** When all stream and nothing happens any more, the steps end where they should. */
    void requireEnd() {
        NAMES.stream().filter(name -> !name.equals(primary)).forEach(streaming::add);
        for (int steps = 0; steps < 30; steps++) {
            long end = at(primary);
            positions.replaceAll((_, _) -> end);
            if (!step()) {
                int others = NAMES.size() - 1;
                int number = Math.min(wanted, others);
                boolean right = quorumMode
                        ? key.standbys().size() == others && key.quorum() == others - number && names.number() == number
                        : key.standbys().size() == number && names.waitsForAll() && names.number() == number;
                if (!right || !planner.next(facts()).settled()) {
                    throw new AssertionError("seed " + seed + " ends at " + this);
                }
                return;
            }
            acknowledge();
            requireSafety();
        }
        throw new AssertionError("seed " + seed + ": no end: " + this);
    }

    @Override
    public String toString() {
        return "primary " + primary + ", " + key + ", names '" + names.text() + "', streaming " + streaming + ", "
                + positions;
    }
}
