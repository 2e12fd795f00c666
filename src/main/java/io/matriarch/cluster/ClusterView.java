package io.matriarch.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything below the cluster's prefix in the DCS at one revision.
 *
 * @param initialize absent when the key is; empty text while somebody bootstraps; else the system identifier
 * @param config absent when the key is missing or not an object
 * @param failover absent when nothing is requested
 * @param failsafe member name to api_url; empty when the key is missing
 * @param members sorted by name
 * @param jobs the scheduled jobs, which are Matriarch's own
 * @param brokenKeys the keys, such as {@code members/a}, whose values make no sense; they count as absent or empty
 */
public record ClusterView(
        Optional<String> initialize,
        Optional<DynamicConfiguration> config,
        Optional<Leader> leader,
        Status status,
        List<Member> members,
        Optional<FailoverRequest> failover,
        SyncState sync,
        History history,
        Map<String, String> failsafe,
        JobBoard jobs,
        Set<String> brokenKeys) {

    /** A scope without any key. */
    public static final ClusterView EMPTY = new ClusterView(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Status.UNKNOWN,
            List.of(),
            Optional.empty(),
            SyncState.NONE,
            History.EMPTY,
            Map.of());

    /** Without jobs and broken keys. */
    public ClusterView(
            Optional<String> initialize,
            Optional<DynamicConfiguration> config,
            Optional<Leader> leader,
            Status status,
            List<Member> members,
            Optional<FailoverRequest> failover,
            SyncState sync,
            History history,
            Map<String, String> failsafe) {
        this(initialize, config, leader, status, members, failover, sync, history, failsafe, JobBoard.EMPTY, Set.of());
    }

    public ClusterView {
        members = members.stream().sorted(Comparator.comparing(Member::name)).toList();
        failsafe = Map.copyOf(failsafe);
        brokenKeys = Set.copyOf(brokenKeys);
    }

    /** The same with this leader, whose key has no lease; as a member it counts only if it isn't one. */
    public ClusterView ledBy(Member trusted) {
        List<Member> all = member(trusted.name()).isPresent()
                ? members
                : Stream.concat(members.stream(), Stream.of(trusted)).toList();
        return new ClusterView(
                initialize,
                config,
                Optional.of(new Leader(trusted.name(), 0, 0)),
                status,
                all,
                failover,
                sync,
                history,
                failsafe,
                jobs,
                brokenKeys);
    }

    public Optional<Member> member(String name) {
        return members.stream().filter(member -> member.name().equals(name)).findFirst();
    }

    public boolean leads(String name) {
        return leader.filter(held -> held.name().equals(name)).isPresent();
    }

    public Optional<Member> leaderMember() {
        return leader.flatMap(held -> member(held.name()));
    }

    /** The system identifier, if the initialize key holds one: at least ten digits (reference 3.2). */
    public Optional<String> systemIdentifier() {
        return initialize.filter(text ->
                text.length() >= 10 && text.chars().allMatch(character -> character >= '0' && character <= '9'));
    }
}
