package io.matriarch.postgres;

import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.time.Deadline;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The local PostgreSQL. Long work is begun here and runs elsewhere; the loop sees its progress in {@link #observe}. No call waits past its deadline, none throws
 * for what the server or its tools do.
 */
public interface Postgres {

    /** What can be seen now. Reads the control file, looks for the postmaster and, if it accepts connections, asks it. */
    ServerStatus observe(Deadline deadline);

    /** What the server says to a question that is put after this call, on any thread; absent when it doesn't answer. Completes late or never when it hangs. */
    CompletableFuture<Optional<ServerReading>> readNow();

    /** What the server couldn't archive, if it has archived nothing since; absent, too, when it doesn't answer. On any thread; completes late when the server hangs. */
    CompletableFuture<Optional<ArchiveFailure>> archiveFailure();

    /**
     * Begins an operation.
     *
     * @throws IllegalStateException if one is in progress: the caller has not looked
     */
    void begin(Operation operation);

    /** Asks the operation in progress to give up: its child processes get SIGTERM, then SIGKILL. Its end is seen in {@link #observe}. */
    void cancelOperation();

    /** Cancels the operation in progress and stops the server in immediate mode beside it. Returns at once; what came of it is seen in {@link #observe}. */
    void stopAtOnce();

    /** Takes over a changed configuration: writes the files and reloads the server if it runs. */
    Optional<String> reload(PostgresConfiguration configuration, Deadline deadline);

    /**
     * Carries out changes of replication slots; the creation and the advance of logical ones begin here and go on by themselves.
     *
     * @return what could not be done, now or since the last call, if anything
     */
    Optional<String> changeSlots(List<SlotChange> changes, Deadline deadline);

    /**
     * Puts these parameters into the configuration beside a person's, instead of those of the last call, and reloads the server.
     *
     * @return why it could not be done, if so
     */
    Optional<String> setSlotParameters(Map<String, String> parameters, Deadline deadline);

    /**
     * Sets synchronous_standby_names, now and for later starts as a primary; a start as a standby forgets it. Absent: the user's own value. On a primary WAL moves, so
     * that standbys have something to confirm.
     *
     * @return why it could not be done, if so
     */
    Optional<String> setSynchronousStandbyNames(Optional<String> names, Deadline deadline);

    /** Called, on any thread, when an operation ended or the postmaster died. Must return at once. */
    void onChange(Runnable listener);
}
