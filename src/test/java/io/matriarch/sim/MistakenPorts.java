package io.matriarch.sim;

import io.matriarch.agent.Peers;
import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Ports that do something else than they were told, for {@link Plant}. */
final class MistakenPorts {
    private MistakenPorts() {}

    /** Writes what {@code changed} makes of a command. */
    record OfDcs(Dcs real, UnaryOperator<DcsCommand> changed) implements Dcs {
        @Override
        public Reading read(Deadline deadline) {
            return real.read(deadline);
        }

        @Override
        public Reading readFresh(Deadline deadline) {
            return real.readFresh(deadline);
        }

        @Override
        public Writing write(DcsCommand command, Deadline deadline) {
            return real.write(changed.apply(command), deadline);
        }

        @Override
        public void setTtl(Duration ttl) {
            real.setTtl(ttl);
        }

        @Override
        public void onChange(Runnable listener) {
            real.onChange(listener);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    /** Nobody has any WAL. */
    record OfPeers(Peers real) implements Peers {
        @Override
        public Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline) {
            Map<String, PeerReply> replies = new HashMap<>(real.ask(members, deadline));
            replies.replaceAll((_, reply) -> new PeerReply(
                    reply.member(),
                    reply.reachable(),
                    reply.primary(),
                    Lsn.ZERO,
                    true,
                    OptionalInt.empty(),
                    reply.tags(),
                    reply.watchdogFailed(),
                    reply.diskFull()));
            return replies;
        }

        @Override
        public Set<String> accepting(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            return real.accepting(apiUrls, body, deadline);
        }

        @Override
        public Map<String, Pledge> pledging(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            return real.pledging(apiUrls, body, deadline);
        }
    }

    /** Begins what {@code begun} makes of an operation, and does what {@code changed} makes of a change of a slot. */
    record OfPostgres(Postgres real, UnaryOperator<Operation> begun, UnaryOperator<SlotChange> changed)
            implements Postgres {
        @Override
        public ServerStatus observe(Deadline deadline) {
            return real.observe(deadline);
        }

        @Override
        public CompletableFuture<Optional<ServerReading>> readNow() {
            return real.readNow();
        }

        @Override
        public CompletableFuture<Optional<ArchiveFailure>> archiveFailure() {
            return real.archiveFailure();
        }

        @Override
        public void begin(Operation operation) {
            real.begin(begun.apply(operation));
        }

        @Override
        public void cancelOperation() {
            real.cancelOperation();
        }

        @Override
        public void stopAtOnce() {
            real.stopAtOnce();
        }

        @Override
        public Optional<String> reload(PostgresConfiguration configuration, Deadline deadline) {
            return real.reload(configuration, deadline);
        }

        @Override
        public Optional<String> changeSlots(List<SlotChange> changes, Deadline deadline) {
            return real.changeSlots(changes.stream().map(changed).toList(), deadline);
        }

        @Override
        public Optional<String> setSlotParameters(Map<String, String> parameters, Deadline deadline) {
            return real.setSlotParameters(parameters, deadline);
        }

        @Override
        public Optional<String> setSynchronousStandbyNames(Optional<String> names, Deadline deadline) {
            return real.setSynchronousStandbyNames(names, deadline);
        }

        @Override
        public void onChange(Runnable listener) {
            real.onChange(listener);
        }
    }
}
