package io.matriarch.explain;

import io.matriarch.cli.EtcdOpening;
import io.matriarch.cli.LightVertx;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Role;
import io.matriarch.config.Configuration;
import io.matriarch.config.EffectiveParameters;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.Layer;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.Reading;
import io.matriarch.explain.ServerView.FileLine;
import io.matriarch.explain.ServerView.Parameter;
import io.matriarch.explain.Situation.Dynamic;
import io.matriarch.postgres.Inquiry;
import io.matriarch.postgres.Inquiry.Answer;
import io.matriarch.postgres.ParameterDescriptions;
import io.matriarch.postgres.SqlInquiry;
import io.matriarch.time.Deadline;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Asks etcd and this node's PostgreSQL; what they don't say is found elsewhere, as far as it can be. */
final class Surroundings {
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final String SETTINGS =
            "SELECT name, current_setting(name, true) AS running, context, boot_val, unit,"
                    + " source, pending_restart, pg_is_in_recovery() AS standby FROM pg_settings";
    private static final String FILES =
            "SELECT sourcefile, sourceline, name, setting FROM pg_file_settings WHERE name IS NOT NULL ORDER BY seqno";

    private final LightVertx vertx;

    Surroundings(LightVertx vertx) {
        this.vertx = vertx;
    }

    Situation look(Configuration configuration, List<Layer> layers) {
        Reading reading = read(configuration);
        Dynamic dynamic = switch (reading) {
            case Reading.Known(ClusterView view) -> dynamic(configuration, view);
            case Reading.Unavailable(String why) -> fallback(configuration, "etcd can't be read (" + why + ")");
        };
        ServerView server = server(configuration, dynamic);
        return new Situation(configuration, layers, dynamic, role(configuration, reading, dynamic, server), server);
    }

    private Reading read(Configuration configuration) {
        Optional<EtcdSettings> etcd = EtcdOpening.resolve(vertx, configuration.etcd());
        if (etcd.isEmpty()) {
            return new Reading.Unavailable("DNS names no etcd server");
        }
        try (Dcs dcs = EtcdOpening.open(vertx, etcd.get(), configuration.prefix())) {
            return dcs.readFresh(Deadline.after(PATIENCE));
        }
    }

    private static Dynamic dynamic(Configuration configuration, ClusterView view) {
        return view.config()
                .map(config -> new Dynamic("DCS /config", config.raw(), Optional.empty()))
                .orElseGet(() -> fallback(configuration, "there is no /config in the DCS yet"));
    }

    /** What an agent that starts now would use. */
    static Dynamic fallback(Configuration configuration, String why) {
        Path cache = configuration.postgresql().dataDirectory().resolve("patroni.dynamic.json");
        try {
            if (Json.parse(Files.readString(cache)) instanceof Mapping mapping) {
                return new Dynamic(
                        cache.toString(), mapping, Optional.of(why + "; its last known state is in " + cache));
            }
        } catch (IOException | MalformedDocument none) {
            // the next best is what a new cluster gets
        }
        return new Dynamic(
                "bootstrap.dcs",
                configuration.bootstrap().dcs(),
                Optional.of(why + " and " + cache + " neither; bootstrap.dcs stands for it, which a new cluster gets"));
    }

    private static Role role(Configuration configuration, Reading reading, Dynamic dynamic, ServerView server) {
        boolean leads = reading instanceof Reading.Known(ClusterView view)
                ? view.leads(configuration.name())
                : server.standby().filter(standby -> !standby).isPresent();
        boolean standbyCluster = new DynamicConfiguration(dynamic.raw(), 0).standbyCluster();
        return leads ? (standbyCluster ? Role.STANDBY_LEADER : Role.PRIMARY) : Role.REPLICA;
    }

    private static ServerView server(Configuration configuration, Dynamic dynamic) {
        Optional<String> sockets =
                Optional.ofNullable(EffectiveParameters.of(configuration, dynamic.inEffect(), 0, Role.REPLICA)
                        .file()
                        .get("unix_socket_directories"));
        return of(new SqlInquiry(configuration.postgresql(), sockets), configuration);
    }

    private static ServerView of(Inquiry inquiry, Configuration configuration) {
        return switch (inquiry.local(SETTINGS)) {
            case Answer.Refused(String _, String why) ->
                ServerView.away(
                        "PostgreSQL can't be asked (" + why
                                + "): ALTER SYSTEM and what runs now are not known, nor the defaults",
                        ParameterDescriptions.contexts(configuration.postgresql()));
            case Answer.Rows(List<Map<String, String>> rows) -> answered(rows, inquiry.local(FILES));
        };
    }

    private static ServerView answered(List<Map<String, String>> rows, Answer files) {
        Map<String, Parameter> parameters = new TreeMap<>();
        for (Map<String, String> row : rows) {
            String unit = text(row, "unit");
            parameters.put(
                    text(row, "name"),
                    new Parameter(
                            text(row, "context"),
                            Optional.of(text(row, "running")),
                            Optional.of(text(row, "boot_val") + (unit.isEmpty() ? "" : " (" + unit + ")")),
                            text(row, "source"),
                            text(row, "pending_restart").equals("t")));
        }
        Optional<Boolean> standby =
                rows.stream().findFirst().map(row -> text(row, "standby").equals("t"));
        return switch (files) {
            case Answer.Rows(List<Map<String, String>> lines) ->
                new ServerView(
                        Optional.empty(),
                        parameters,
                        lines.stream()
                                .map(row -> new FileLine(
                                        text(row, "sourcefile"),
                                        Integer.parseInt(text(row, "sourceline")),
                                        text(row, "name"),
                                        text(row, "setting")))
                                .toList(),
                        standby);
            case Answer.Refused(String _, String why) ->
                new ServerView(
                        Optional.of("PostgreSQL doesn't tell of its files (" + why + "): ALTER SYSTEM isn't known"),
                        parameters,
                        List.of(),
                        standby);
        };
    }

    private static String text(Map<String, String> row, String column) {
        return row.getOrDefault(column, "");
    }
}
