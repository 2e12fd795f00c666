package io.matriarch.ha;

import io.matriarch.cluster.Member;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this node knows for the time without a DCS (reference 5.14, docs/failsafe.md).
 *
 * @param lists what the failsafe key may hold: what was last seen there, and what this node wrote since; member name to api_url
 * @param careful the members whose keys say that they collect pledges before they race
 * @param accepted the leader whose call to go on without the DCS this node accepted less than ttl ago
 * @param young this agent started less than ttl ago, so what an earlier one accepted isn't known
 * @param pledgesNeeded a majority may let a primary go on, or might a short time ago
 * @param pledges what the members said to the last {@link Action.AskPledges} of this cycle, by name
 */
public record Failsafe(
        List<Map<String, String>> lists,
        Set<String> careful,
        Optional<Member> accepted,
        boolean young,
        boolean pledgesNeeded,
        Map<String, Pledge> pledges) {

    public static final Failsafe NONE = new Failsafe(List.of(), Set.of(), Optional.empty(), false, false, Map.of());

    public Failsafe {
        lists = lists.stream().map(Map::copyOf).toList();
        careful = Set.copyOf(careful);
        pledges = Map.copyOf(pledges);
    }

    Pledge pledgeOf(String member) {
        return pledges.getOrDefault(member, Pledge.REFUSED);
    }

    /**
     * Whose consent is needed among the members of one list.
     *
     * @param enough how many of {@code among} at least
     */
    public record Needed(Set<String> among, Set<String> indispensable, int enough) {
        public Needed {
            among = Set.copyOf(among);
            indispensable = Set.copyOf(indispensable);
        }

        public boolean metBy(Set<String> consenting) {
            return consenting.containsAll(indispensable)
                    && among.stream().filter(consenting::contains).count() >= enough;
        }
    }
}
