package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.dcs.DcsCommand.RemoveCluster;
import io.matriarch.dcs.Writing;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl remove: deletes everything about a cluster from the DCS, after three questions. */
@Command(name = "remove")
final class RemoveCommand extends CtlCommand {
    private static final String AWARE = "Yes I am aware";

    @Parameters(index = "0", arity = "1", paramLabel = "CLUSTER_NAME")
    private String cluster = "";

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @Override
    void run(CtlSession session) {
        OpenCluster open = session.cluster(Optional.of(cluster));
        ClusterView view = open.read();
        session.terminal().echo(ClusterTable.render(view, cluster, format, false));
        require(session, "Please confirm the cluster name to remove", cluster, "Cluster names specified do not match");
        require(
                session,
                "You are about to remove all information in DCS for " + cluster + ", please type: \"" + AWARE + "\"",
                AWARE,
                "You did not exactly type \"" + AWARE + "\"");
        view.leader()
                .ifPresent(leader -> require(
                        session,
                        "This cluster currently is healthy. Please specify the leader name to continue",
                        leader.name(),
                        "You did not specify the current leader of the cluster"));
        switch (open.write(new RemoveCluster())) {
            case Writing.Written _ -> {}
            case Writing.Refused(String why) -> throw new CtlError("The DCS refused it: " + why);
            case Writing.Unavailable(String why) ->
                throw new CtlError("The DCS didn't answer, the cluster may be removed or not: " + why);
        }
    }

    private static void require(CtlSession session, String question, String answer, String refusal) {
        if (!session.terminal().prompt(question, Optional.empty()).equals(answer)) {
            throw new CtlError(refusal);
        }
    }
}
