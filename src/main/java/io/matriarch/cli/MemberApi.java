package io.matriarch.cli;

import io.matriarch.cluster.Member;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value;
import java.util.Optional;

/** Asks a member's REST API, with the credentials and certificates of the ctl section. */
interface MemberApi {
    /**
     * Sends one request and waits for the answer. Never throws for what the network or the member does.
     *
     * @param path without a slash at its beginning, such as {@code restart}
     */
    default Answer send(Method method, Member member, String path, Optional<Value> body, Deadline deadline) {
        return send(method, member, path, body, Patience.FOR_THE_RESULT, deadline);
    }

    /** The same; a member that doesn't know {@code patience} answers with the result anyway. */
    Answer send(Method method, Member member, String path, Optional<Value> body, Patience patience, Deadline deadline);

    /** What the answer has to wait for. */
    enum Patience {
        FOR_THE_RESULT,
        /** The request has been accepted, and its result can be asked for. */
        FOR_A_RECEIPT
    }

    /** The methods that the API knows. */
    enum Method {
        GET,
        POST,
        PATCH,
        DELETE
    }

    /** What came back. */
    sealed interface Answer {
        /** An HTTP answer, whatever its status. */
        record Answered(int status, String text) implements Answer {}

        /** None in time; the request may have been carried out or not. */
        record Unreachable(String why) implements Answer {}
    }
}
