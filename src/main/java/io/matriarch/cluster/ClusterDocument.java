package io.matriarch.cluster;

import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** What GET /cluster answers and patronictl list shows: the members, their roles and how far they lag (reference 4.5). */
public final class ClusterDocument {
    private static final List<String> COPIED =
            List.of("timeline", "pending_restart", "pending_restart_reason", "scheduled_restart", "tags");
    private static final Value UNKNOWN = Value.of("unknown");

    private final ClusterView view;
    private final DynamicConfiguration config;

    private ClusterDocument(ClusterView view) {
        this.view = view;
        this.config = view.config().orElse(DynamicConfiguration.DEFAULTS);
    }

    /** The document without {@code scope}, which patronictl leaves out; members are sorted by name. */
    public static Mapping of(ClusterView view) {
        return new ClusterDocument(view).document();
    }

    /** The document as GET /cluster answers it. */
    public static Mapping of(ClusterView view, String scope) {
        return of(view).with("scope", scope);
    }

    private Mapping document() {
        Sequence members = new Sequence(
                List.copyOf(view.members().stream().map(this::member).toList()));
        Mapping document = Mapping.empty().with("members", members);
        if (config.paused()) {
            document = document.with("pause", true);
        }
        return document.with("scheduled_switchover", view.failover().flatMap(ClusterDocument::schedule));
    }

    private Mapping member(Member member) {
        boolean leads = view.leads(member.name());
        String role = role(member, leads);
        Mapping row = Mapping.empty()
                .with("name", member.name())
                .with("role", role)
                .with("state", state(member, role))
                .with(
                        "api_url",
                        member.apiUrl().map(Value::of).map(Value.class::cast).orElse(new Value.Null()));
        Optional<ServerAddress> address = member.connUrl().flatMap(ServerAddress::of);
        if (address.isPresent()) {
            row = row.with("host", address.get().host())
                    .with("port", address.get().port());
        }
        for (String field : COPIED) {
            row = row.with(field, member.data().find(field));
        }
        if (!leads) {
            row = withPosition(row, "receive_", member.receiveLsn());
            row = withPosition(row, "replay_", member.replayLsn());
            row = withPosition(row, "", member.xlogLocation());
        }
        return row;
    }

    private String role(Member member, boolean leads) {
        if (leads) {
            return config.standbyCluster() ? "standby_leader" : "leader";
        }
        if (config.synchronous() && view.sync().names(member.name())) {
            return config.quorumCommit() ? "quorum_standby" : "sync_standby";
        }
        return "replica";
    }

    private static String state(Member member, String role) {
        Optional<String> replication = member.data().text("replication_state").filter(state -> !state.isEmpty());
        return role.equals("leader") || replication.isEmpty()
                ? member.data().text("state").orElse("")
                : replication.get();
    }

    /** Patroni writes the pair in one order when it is known and in the other when not. */
    private Mapping withPosition(Mapping row, String which, Optional<Lsn> position) {
        String lsn = which + "lsn";
        String lag = which + "lag";
        if (position.isEmpty() || position.get().equals(Lsn.ZERO)) {
            return row.with(lsn, UNKNOWN).with(lag, UNKNOWN);
        }
        return row.with(lag, view.status().optime().bytesAheadOf(position.get()))
                .with(lsn, position.get().toString());
    }

    private static Optional<Mapping> schedule(FailoverRequest request) {
        return request.scheduledAt()
                .flatMap(IsoTime::parse)
                .map(at -> Mapping.empty()
                        .with("at", IsoTime.format(at.local().atOffset(at.zone().orElse(ZoneOffset.UTC))))
                        .with("from", request.leader().map(Value::of))
                        .with("to", request.candidate().map(Value::of)));
    }
}
