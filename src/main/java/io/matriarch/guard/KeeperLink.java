package io.matriarch.guard;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/** The agent's way to the keeper of its postmaster, whichever agent had it started. Belongs to one thread. */
public final class KeeperLink {
    private static final int SIGCONT = 18;

    private final ProcessTable table = new ProcessTable();
    private final SystemCalls calls = SystemCalls.system();
    private Optional<Channel> channel = Optional.empty();

    private record Channel(ProcessId postmaster, ProcessId keeper, FileOutputStream pipe) {}

    /** What comes before PostgreSQL's command line, so that a keeper starts it which knows until when PostgreSQL may accept writes: absent, as long as it likes. */
    public static Optional<java.util.List<String>> command(OptionalLong until) {
        try {
            return Optional.of(Keeper.command(AgentCommand.ownExecutable(), until));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Tells the keeper until when PostgreSQL may accept writes. A keeper that somebody has stopped is continued: it would be killed in the end, and PostgreSQL with it.
     *
     * @return why it couldn't be told; PostgreSQL may have been started by somebody else and have no keeper
     */
    public Optional<String> tell(ProcessId postmaster, OptionalLong until) {
        try {
            Optional<Channel> open = channelTo(postmaster);
            if (open.isEmpty()) {
                return Optional.of("postmaster " + postmaster.pid() + " has no keeper");
            }
            calls.kill(open.get().keeper().pid(), SIGCONT);
            open.get().pipe().write((Keeping.text(until) + "\n").getBytes(StandardCharsets.US_ASCII));
            return Optional.empty();
        } catch (IOException e) {
            close();
            return Optional.of("the keeper of postmaster " + postmaster.pid() + " can't be reached: " + e.getMessage());
        }
    }

    private Optional<Channel> channelTo(ProcessId postmaster) throws IOException {
        if (channel.filter(open -> open.postmaster().equals(postmaster)).isEmpty()) {
            close();
            Optional<ProcessId> keeper = table.entry(postmaster.pid())
                    .filter(entry -> entry.id().equals(postmaster))
                    .flatMap(entry -> table.entry(entry.parent()))
                    .filter(entry -> entry.name().equals(Keeper.NAME))
                    .map(ProcessTable.Entry::id);
            if (keeper.isPresent()) {
                String path = "/proc/" + keeper.get().pid() + "/fd/" + Keeper.CHANNEL;
                channel = Optional.of(new Channel(postmaster, keeper.get(), new FileOutputStream(path)));
            }
        }
        return channel;
    }

    private void close() {
        channel.ifPresent(open -> {
            try {
                open.pipe().close();
            } catch (IOException e) {
                // nobody reads it any more
                channel = Optional.empty();
            }
        });
        channel = Optional.empty();
    }
}
