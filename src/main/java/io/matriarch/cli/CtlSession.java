package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.Member;
import io.matriarch.config.CtlConfiguration;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.time.Deadline;
import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the commands of one run share: the configuration and connections are made when they are first needed, and closed at the end. */
final class CtlSession implements AutoCloseable {
    /** A restart answers when it is done, and PostgreSQL may write a long checkpoint before. */
    private static final Duration PATIENCE_WITH_MEMBERS = Duration.ofHours(1);

    private static final Duration BRIEFLY = Duration.ofSeconds(2);

    private final Surroundings surroundings;
    private final GlobalOptions options;
    private final List<OpenCluster> clusters = new ArrayList<>();
    private Optional<CtlConfiguration> configuration = Optional.empty();
    private Optional<MemberApi> api = Optional.empty();

    CtlSession(Surroundings surroundings, GlobalOptions options) {
        this.surroundings = surroundings;
        this.options = options;
    }

    Terminal terminal() {
        return surroundings.terminal();
    }

    Clock clock() {
        return surroundings.clock();
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(surroundings.environment().get(name)).filter(text -> !text.isEmpty());
    }

    /** What PostgreSQL, if it is installed here, says of the values in a dynamic configuration. */
    ParameterOpinion opinion(Mapping dynamic) {
        return surroundings.parameters().opinion(configuration().postgres(), dynamic);
    }

    void sleep(Duration time) {
        surroundings.pause().sleep(time);
    }

    /** @throws CtlError if it can't be read */
    CtlConfiguration configuration() {
        if (configuration.isEmpty()) {
            configuration = Optional.of(surroundings.configurations().load(options, surroundings.environment()));
        }
        return configuration.get();
    }

    /**
     * The cluster named on the command line, or else the configured one.
     *
     * @throws CtlError if neither names one
     */
    OpenCluster cluster(Optional<String> name) {
        String scope = name.or(() -> configuration().scope())
                .orElseThrow(
                        () -> new CtlError(
                                "Which cluster? Name it as an argument, or set scope in the configuration file or PATRONI_SCOPE"));
        return clusters.stream()
                .filter(cluster -> cluster.name().equals(scope))
                .findFirst()
                .orElseGet(() -> open(scope));
    }

    private OpenCluster open(String scope) {
        OpenCluster cluster = new OpenCluster(scope, surroundings.dcs().open(configuration(), scope));
        clusters.add(cluster);
        return cluster;
    }

    /** One request to a member. */
    Answer ask(Method method, Member member, String path, Optional<Value> body) {
        return ask(method, member, path, body, MemberApi.Patience.FOR_THE_RESULT);
    }

    /** The same, when a receipt may do. */
    Answer ask(Method method, Member member, String path, Optional<Value> body, MemberApi.Patience patience) {
        return api().send(method, member, path, body, patience, Deadline.after(PATIENCE_WITH_MEMBERS));
    }

    /** What another member can answer just as well. */
    Answer askBriefly(Method method, Member member, String path) {
        return api().send(method, member, path, Optional.empty(), Deadline.after(BRIEFLY));
    }

    private MemberApi api() {
        if (api.isEmpty()) {
            api = Optional.of(surroundings.api().apply(configuration()));
        }
        return api.get();
    }

    LocalDateTime now() {
        return LocalDateTime.now(surroundings.clock());
    }

    /** Local time with five digits of a second's fraction, as Patroni prints it. */
    String timestamp() {
        String text = IsoTime.formatLocal(now());
        return text.substring(0, text.length() - 1);
    }

    /** Local time to the second. */
    String timestampInSeconds() {
        return IsoTime.formatLocal(now()).substring(0, "2026-11-23 15:36:54".length());
    }

    /** A warning in the form of Patroni's log, unless LOGLEVEL asks for less. */
    void warn(String text) {
        String level = variable("LOGLEVEL").orElse("WARNING");
        if (!level.equalsIgnoreCase("ERROR") && !level.equalsIgnoreCase("CRITICAL")) {
            String time = IsoTime.formatLocal(now());
            terminal().complain(timestampInSeconds() + "," + time.substring(20, 23) + " - WARNING - " + text);
        }
    }

    @Override
    public void close() {
        clusters.forEach(OpenCluster::close);
    }
}
