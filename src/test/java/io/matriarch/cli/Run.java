package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.config.CtlConfiguration;
import io.matriarch.config.CtlSettings;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.Reading;
import io.matriarch.value.Value.Mapping;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of patronictl against a cluster of fakes. The wall clock stands at 2026-11-23 15:36:54.874502. */
final class Run {
    final FakeMembers members = new FakeMembers();
    final List<Duration> pauses = new ArrayList<>();
    private final FakeDcs dcs;
    private final List<String> answers = new ArrayList<>();
    private Optional<String> scope = Optional.of("batman");
    private boolean screen;
    private int pausesUntilInterrupted = Integer.MAX_VALUE;
    private FakeTerminal terminal = new FakeTerminal(List.of(), false);

    Run(ClusterView... views) {
        dcs = new FakeDcs(List.of(views));
    }

    Run(Reading reading) {
        dcs = new FakeDcs(reading);
    }

    Run onScreen() {
        screen = true;
        return this;
    }

    Run withoutScope() {
        scope = Optional.empty();
        return this;
    }

    /** What the person types, question by question. */
    Run typing(String... lines) {
        answers.addAll(List.of(lines));
        return this;
    }

    Run interruptedAfter(int looks) {
        pausesUntilInterrupted = looks;
        return this;
    }

    int patronictl(String... arguments) {
        terminal = new FakeTerminal(answers, screen);
        CtlConfiguration configuration = new CtlConfiguration(
                scope,
                "service",
                new CtlSettings(Optional.empty(), false, TlsFiles.NONE),
                "postgres",
                Optional.empty());
        Surroundings surroundings = new Surroundings(
                terminal,
                Map.of(),
                (_, _) -> configuration,
                (_, _) -> dcs,
                _ -> members,
                (_, dynamic) -> opinion(dynamic),
                Clock.fixed(Instant.parse("2026-11-23T15:36:54.874502Z"), ZoneOffset.UTC),
                this::pause);
        return new PatroniCtl(surroundings).run(List.of(arguments));
    }

    /** As the real one would of these two. */
    private static ParameterOpinion opinion(Mapping dynamic) {
        Mapping parameters = dynamic.mapping("postgresql").mapping("parameters");
        return new ParameterOpinion(
                parameters.text("work_mem").filter("lots"::equals).isPresent()
                        ? List.of("postgresql.parameters.work_mem: invalid value")
                        : List.of(),
                parameters.find("unheard_of").isPresent()
                        ? List.of("postgresql.parameters.unheard_of: unrecognized")
                        : List.of());
    }

    private void pause(Duration time) {
        pauses.add(time);
        if (pauses.size() >= pausesUntilInterrupted) {
            throw new Aborted();
        }
    }

    String output() {
        return terminal.output();
    }

    String errors() {
        return terminal.errors();
    }

    FakeDcs dcs() {
        return dcs;
    }
}
