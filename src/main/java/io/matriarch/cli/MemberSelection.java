package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.time.IsoTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which members a command acts on, shown and confirmed before it does (reference 7.1).
 *
 * @param action the verb in the questions: restart, reload, reinitialize, flush
 * @param force asks nothing
 */
record MemberSelection(
        CtlSession session, String cluster, ClusterView view, RoleFilter role, boolean force, String action) {

    /**
     * The members with the role and, if any are given, one of the names. Prints the cluster.
     *
     * @throws CtlError if there is none
     */
    List<Member> choose(List<String> names) {
        List<Member> candidates = role.members(view);
        if (names.isEmpty() && candidates.isEmpty()) {
            throw new CtlError(cluster + " cluster doesn't have any members");
        }
        session.terminal().echo(ClusterTable.render(view, cluster, OutputFormat.PRETTY, false));
        List<String> wanted = names.isEmpty() ? wantedUnnamed(candidates) : names;
        List<Member> members = candidates.stream()
                .filter(member -> wanted.contains(member.name()))
                .toList();
        if (!names.isEmpty() && members.isEmpty()) {
            throw new CtlError("No " + said(role) + " among provided members");
        }
        return members;
    }

    /** As Patroni 4.1 says it: in quotes where a person could have chosen it. */
    private String said(RoleFilter chosen) {
        return losesData() ? chosen.text() : "'" + chosen.text() + "'";
    }

    private boolean losesData() {
        return action.equals("reinitialize");
    }

    /** All of them, but whoever loses data must be named. */
    private List<String> wantedUnnamed(List<Member> candidates) {
        if (!losesData()) {
            return candidates.stream().map(Member::name).toList();
        }
        if (force) {
            return List.of();
        }
        String name = session.terminal()
                .prompt("Which member do you want to " + action + " [" + names(candidates) + "]?", Optional.of(""));
        if (candidates.stream().noneMatch(member -> member.name().equals(name))) {
            throw new CtlError(name + " is not a member of cluster");
        }
        return List.of(name);
    }

    /**
     * Asks whether to go on, unless forced.
     *
     * @throws CtlError if the answer is no
     */
    void confirm(List<Member> members) {
        ask("Are you sure you want to " + action + " members " + names(members) + "?", "Aborted " + action);
    }

    /**
     * Asks whether to go on later, unless forced.
     *
     * @param pendingOnly which members these are turns out only then
     * @throws CtlError if the answer is no
     */
    void confirmScheduled(List<Member> members, OffsetDateTime at, boolean pendingOnly) {
        String question = pendingOnly
                ? "The nodes needing a restart will be identified at the scheduled time, and might be different from the"
                        + " ones showing pending restart right now. Is this fine?"
                : "Are you sure you want to schedule " + action + " of members " + names(members) + " at "
                        + IsoTime.formatWithSpace(at) + "?";
        ask(question, "Aborted scheduled " + action);
    }

    private void ask(String question, String refusal) {
        if (!force && !session.terminal().confirm(question)) {
            throw new CtlError(refusal);
        }
    }

    private static String names(List<Member> members) {
        return members.stream().map(Member::name).collect(Collectors.joining(", "));
    }
}
