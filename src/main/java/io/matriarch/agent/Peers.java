package io.matriarch.agent;

import io.matriarch.cluster.Member;
import io.matriarch.ha.PeerReply;
import io.matriarch.time.Deadline;
import java.util.Collection;
import java.util.Map;

/** The port to the other members' REST interface. */
public interface Peers {
    /** Asks all of them in parallel what they have; who doesn't answer by the deadline is unreachable. */
    Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline);
}
