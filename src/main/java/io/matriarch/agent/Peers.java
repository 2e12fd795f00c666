package io.matriarch.agent;

import io.matriarch.cluster.Member;
import io.matriarch.ha.PeerReply;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** The port to the other members' REST interface. */
public interface Peers {
    /** What members are asked to promise. */
    enum Consent {
        /** POST /failsafe: not to race, while the sender goes on as the primary without the DCS. */
        GO_ON("failsafe"),
        /** POST /failsafe/race: not to let a primary go on without the DCS, while the sender races. */
        RACE("failsafe/race");

        private final String path;

        Consent(String path) {
            this.path = path;
        }

        String path() {
            return path;
        }
    }

    /** Asks all of them in parallel what they have; who doesn't answer by the deadline is unreachable. */
    Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline);

    /**
     * Asks all of them in parallel for their consent, again if a call fails early.
     *
     * @param apiUrls by member name
     * @return who said yes by the deadline
     */
    Set<String> consenting(Consent consent, Map<String, String> apiUrls, Mapping body, Deadline deadline);
}
