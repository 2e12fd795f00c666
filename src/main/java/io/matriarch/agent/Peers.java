package io.matriarch.agent;

import io.matriarch.cluster.Member;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** The port to the other members' REST interface. All calls ask all members in parallel; who doesn't answer by the deadline has not said yes. */
public interface Peers {
    /** What they have; who doesn't answer is unreachable. */
    Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline);

    /**
     * POST /failsafe: who promises not to race while the sender goes on as the primary without the DCS. Asked once more if a call fails early.
     *
     * @param apiUrls by member name
     */
    Set<String> accepting(Map<String, String> apiUrls, Mapping body, Deadline deadline);

    /**
     * POST /failsafe/race: who promises to let no primary go on without the DCS while the sender races. Asked once more if a call fails early.
     *
     * @param apiUrls by member name
     */
    Map<String, Pledge> pledging(Map<String, String> apiUrls, Mapping body, Deadline deadline);
}
