package io.matriarch.agent;

import io.matriarch.guard.GuardLink;
import io.matriarch.guard.KeeperLink;
import io.matriarch.guard.ProcessId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Hands PostgreSQL's right to accept writes to those who stop it when this agent can't: the guard and the postmaster's keeper. */
final class Fence implements Consumer<WriteRight> {
    private static final Logger LOG = Logger.getLogger(Fence.class);

    private final GuardLink guard;
    private final KeeperLink keeper;
    private final Supplier<Optional<ProcessId>> postmaster;
    private Optional<WriteRight> right = Optional.empty();
    private Optional<Told> told = Optional.empty();
    private String trouble = "";

    private record Told(ProcessId postmaster, WriteRight right) {}

    Fence(GuardLink guard, KeeperLink keeper, Supplier<Optional<ProcessId>> postmaster) {
        this.guard = guard;
        this.keeper = keeper;
        this.postmaster = postmaster;
    }

    @Override
    public synchronized void accept(WriteRight now) {
        right = Optional.of(now);
        Optional<Told> news = postmaster.get().map(running -> new Told(running, now));
        if (news.isEmpty() || news.equals(told)) {
            return;
        }
        told = news;
        switch (now) {
            case WriteRight.Unlimited _ -> guard.unfence();
            case WriteRight.Until(long nanos) -> guard.fence(news.get().postmaster(), nanos);
        }
        tellKeeper(news.get().postmaster(), until(now));
    }

    private void tellKeeper(ProcessId running, OptionalLong until) {
        String why = keeper.tell(running, until).orElse("");
        if (!why.isEmpty() && until.isPresent() && !why.equals(trouble)) {
            LOG.warnf(
                    "%s; if guard and agent are both killed nothing stops PostgreSQL when the leader lock runs out,"
                            + " until it is restarted",
                    why);
        }
        trouble = why;
    }

    private static OptionalLong until(WriteRight right) {
        return switch (right) {
            case WriteRight.Unlimited _ -> OptionalLong.empty();
            case WriteRight.Until(long nanos) -> OptionalLong.of(nanos);
        };
    }

    /** What comes before PostgreSQL's command line at its next start. */
    synchronized List<String> keeperCommand() {
        return KeeperLink.command(right.map(Fence::until).orElse(OptionalLong.empty()))
                .orElse(List.of());
    }
}
