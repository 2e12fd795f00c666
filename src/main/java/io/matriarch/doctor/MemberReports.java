package io.matriarch.doctor;

import io.matriarch.cluster.Member;
import java.util.Collection;
import java.util.List;

/** Asks members' REST interfaces. */
interface MemberReports {
    /** One for each member, in their order. */
    List<MemberReport> of(Collection<Member> members);
}
