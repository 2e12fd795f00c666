package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer;
import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cluster.Member;

/** How answers of members are told to a person. */
final class Answers {
    private Answers() {}

    /** @throws CtlError if there was no answer */
    static Answered require(Answer answer, Member member) {
        return switch (answer) {
            case Answered answered -> answered;
            case Unreachable(String why) ->
                throw new CtlError("Member " + member.name() + " can't be reached at "
                        + member.apiUrl().orElse("(no api_url in its member key)") + ": " + why);
        };
    }

    /** {@code Failed: restart for member pg-a, status code=503, (restart failed)}. */
    static String failure(String action, Member member, Answered answer) {
        return "Failed: " + action + " for member " + member.name() + ", status code=" + answer.status() + ", ("
                + answer.text() + ")";
    }
}
