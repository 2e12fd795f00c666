package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.cluster.Member;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** patronictl version: its own, and with a cluster's name those of the members. */
@Command(name = "version")
final class VersionCommand extends CtlCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MEMBER_NAMES")
    private List<String> names = List.of();

    @Override
    void run(CtlSession session) {
        session.terminal().echo("patronictl version " + CompatibleVersion.PATRONI);
        if (cluster.isEmpty()) {
            return;
        }
        session.terminal().echo("");
        for (Member member : session.cluster(cluster).read().members()) {
            boolean wanted = names.isEmpty() || names.contains(member.name());
            if (wanted && member.apiUrl().isPresent()) {
                session.terminal().echo(member.name() + ": " + version(session, member));
            }
        }
    }

    private static String version(CtlSession session, Member member) {
        return switch (session.ask(Method.GET, member, "patroni", Optional.empty())) {
            case Answered(int _, String text) -> version(text);
            case Unreachable(String why) -> "failed to get version: " + why;
        };
    }

    private static String version(String answer) {
        try {
            Mapping status = Json.parse(answer) instanceof Mapping mapping ? mapping : Mapping.empty();
            String server = status.whole("server_version").stream()
                    .mapToObj(number -> " PostgreSQL " + PostgresVersion.text(number))
                    .findFirst()
                    .orElse("");
            return "Patroni " + status.mapping("patroni").text("version").orElse("None") + server;
        } catch (MalformedDocument notJson) {
            return "failed to get version: " + notJson.getMessage();
        }
    }
}
