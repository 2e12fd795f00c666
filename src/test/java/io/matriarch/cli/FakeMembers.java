package io.matriarch.cli;

import io.matriarch.cluster.Member;
import io.matriarch.time.Deadline;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Gives prepared answers in turn, and keeps the requests as {@code POST pg-a/restart {"timeout":"5"}}. */
final class FakeMembers implements MemberApi {
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();

    void answer(int status, String text) {
        answers.add(new Answer.Answered(status, text));
    }

    void beUnreachable(String why) {
        answers.add(new Answer.Unreachable(why));
    }

    List<String> requests() {
        return requests;
    }

    @Override
    public Answer send(
            Method method, Member member, String path, Optional<Value> body, Patience patience, Deadline deadline) {
        requests.add((patience == Patience.FOR_A_RECEIPT ? "async " : "") + method + " " + member.name() + "/" + path
                + body.map(value -> " " + Json.compact(value)).orElse(""));
        return Optional.ofNullable(answers.poll()).orElseThrow(() -> new AssertionError("an unexpected request"));
    }
}
