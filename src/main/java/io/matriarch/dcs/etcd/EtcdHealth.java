package io.matriarch.dcs.etcd;

import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Asks each of etcd's servers for itself how it is: for a person. */
public final class EtcdHealth implements AutoCloseable {
    /** The quickest of some counts: one may be slow by chance. */
    private static final int READS = 3;

    private final Vertx vertx;

    private final EtcdSettings settings;
    private final String prefix;
    private final Ticker ticker;
    private final EtcdClient client;

    public EtcdHealth(Vertx vertx, EtcdSettings settings, String prefix, Ticker ticker) {
        this.vertx = vertx;
        this.settings = settings;
        this.prefix = prefix;
        this.ticker = ticker;
        this.client = new EtcdClient(vertx, settings, ticker);
    }

    /** How one server is. */
    public sealed interface Health {
        /**
         * It answers.
         *
         * @param quota in bytes; absent for servers before 3.6, which don't tell it
         * @param read how long a linearizable read took, for which it must hear from its leader; absent when there was none
         * @param troubles its own alarms and errors, and why it can't be read
         */
        record Answering(
                String version,
                long size,
                Optional<Long> quota,
                boolean hasLeader,
                boolean learner,
                Optional<Duration> read,
                List<String> troubles)
                implements Health {
            public Answering {
                troubles = List.copyOf(troubles);
            }
        }

        /** It doesn't. */
        record Silent(String why) implements Health {}
    }

    /** The servers that etcd itself lists, and those that are configured; only the configured ones where discovery is off, or etcd doesn't answer. */
    public List<HostPort> servers(Deadline deadline) {
        List<HostPort> servers = new ArrayList<>(settings.endpoints());
        if (settings.discover()
                && client.call(Method.MEMBER_LIST, Message.build(), deadline) instanceof Reply.Answer(Message list)) {
            try {
                MemberUrls.clients(list).stream()
                        .filter(server -> !servers.contains(server))
                        .forEach(servers::add);
            } catch (UncheckedIOException broken) {
                return servers;
            }
        }
        return servers;
    }

    public Health of(HostPort server, Deadline deadline) {
        EtcdSettings only = new EtcdSettings(
                List.of(server),
                settings.https(),
                false,
                Optional.empty(),
                Optional.empty(),
                settings.authentication(),
                settings.tls());
        try (EtcdClient alone = new EtcdClient(vertx, only, ticker)) {
            return switch (alone.call(Method.STATUS, Message.build(), deadline)) {
                case Reply.Answer(Message status) -> answering(status, alone, deadline);
                case Reply.Failure failure -> new Health.Silent(failure.text());
                case Reply.NoAnswer none -> new Health.Silent(none.why());
            };
        } catch (UncheckedIOException broken) {
            return new Health.Silent("its answer makes no sense");
        }
    }

    private Health answering(Message status, EtcdClient alone, Deadline deadline) {
        List<String> troubles = new ArrayList<>(status.texts(8));
        List<Duration> reads = new ArrayList<>();
        for (int i = 0; i < READS && troubles.isEmpty(); i++) {
            long asked = ticker.nanos();
            Optional<String> failure =
                    switch (alone.call(Method.RANGE, Message.build().text(1, prefix + "leader"), deadline)) {
                        case Reply.Answer _ -> Optional.empty();
                        case Reply.Failure refused -> Optional.of(refused.text());
                        case Reply.NoAnswer none -> Optional.of(none.why());
                    };
            failure.ifPresentOrElse(
                    why -> troubles.add("can't be read: " + why),
                    () -> reads.add(Duration.ofNanos(ticker.nanos() - asked)));
        }
        long quota = status.number(12);
        return new Health.Answering(
                status.text(2),
                status.number(3),
                quota > 0 ? Optional.of(quota) : Optional.empty(),
                status.number(4) != 0,
                status.flag(10),
                reads.stream().min(Comparator.naturalOrder()),
                troubles);
    }

    @Override
    public void close() {
        client.close();
    }
}
