package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.TakeoverNews;
import io.matriarch.cluster.TakeoverPhase;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Tells a person on a screen how far a switchover or failover has come. Asks whichever member answers: the one that leads is about to stop. */
final class TakeoverFollower {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
    /** Longer than PostgreSQL may write its last checkpoint for, by what the members say. */
    private static final int LOOKS = 15_000;
    /** A member that is asked about it at its beginning may not have seen it yet, and all may restart. */
    private static final int LOOKS_WITHOUT_NEWS = 100;

    private final CtlSession session;
    private final List<Member> members;

    TakeoverFollower(CtlSession session, List<Member> members) {
        this.session = session;
        this.members = List.copyOf(members);
    }

    /** What an answer to the request says, if it is to be followed; Patroni's members have carried it out instead. */
    static Optional<TakeoverNews> news(String text) {
        try {
            return Json.parse(text) instanceof Mapping answer ? TakeoverNews.read(answer) : Optional.empty();
        } catch (MalformedDocument words) {
            return Optional.empty();
        }
    }

    /** The last news. */
    TakeoverNews follow(TakeoverNews begun) {
        TakeoverNews last = begun;
        tell(last);
        int silent = 0;
        for (int look = 0; look < LOOKS && !last.isOver() && silent < LOOKS_WITHOUT_NEWS; look++) {
            session.sleep(BETWEEN_LOOKS);
            Optional<TakeoverNews> news = ask(begun.id());
            silent = news.isPresent() ? 0 : silent + 1;
            if (news.isPresent() && !news.get().equals(last)) {
                last = news.get();
                tell(last);
            }
        }
        return last;
    }

    private Optional<TakeoverNews> ask(String id) {
        return members.stream()
                .map(member -> session.askBriefly(Method.GET, member, "operations/" + id))
                .flatMap(answer -> answer instanceof Answered(int status, String text) && status == 200
                        ? news(text).stream()
                        : Optional.<TakeoverNews>empty().stream())
                .findFirst();
    }

    private void tell(TakeoverNews news) {
        if (!news.isOver()) {
            session.terminal()
                    .echo(session.timestamp() + " " + news.phase().text()
                            + news.waitsFor()
                                    .map(what -> (news.phase() == TakeoverPhase.SCHEDULED ? " at " : ": waiting for ")
                                            + what)
                                    .orElse(""));
        }
    }
}
