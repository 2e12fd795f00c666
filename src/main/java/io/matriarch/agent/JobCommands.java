package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobSettings;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The commands of this executable that do a job, in their order; the first that fails ends it.
 *
 * @param configuration the file or folder of this node; absent when only the environment counts
 */
record JobCommands(Optional<Path> configuration, String self) {
    List<List<String>> of(JobKind kind, JobSettings settings, ClusterView view) {
        return switch (kind) {
            case BASE -> List.of(backup(List.of(), settings, view));
            case INCREMENTAL -> List.of(backup(List.of("--incremental"), settings, view));
            case DUMP -> List.of(command(List.of("dump", "create"), List.of("--json")));
            case EXPIRE ->
                List.of(command(List.of("backup", "expire"), List.of()), command(List.of("dump", "expire"), List.of()));
            case DRILL -> List.of(command(List.of("drill"), drill(settings)));
        };
    }

    /** When base backups are scheduled, dumps are no consolation for there being none. */
    private static List<String> drill(JobSettings settings) {
        boolean scheduled = settings.schedules().containsKey(JobKind.BASE)
                || settings.schedules().containsKey(JobKind.INCREMENTAL);
        return scheduled ? List.of("--json", "--require-backup") : List.of("--json");
    }

    /** Tells which backups there are. */
    List<String> catalogue() {
        return command(List.of("backup", "list"), List.of("--format", "json"));
    }

    private List<String> backup(List<String> how, JobSettings settings, ClusterView view) {
        List<String> options = new ArrayList<>(List.of("--json"));
        options.addAll(how);
        settings.maxRate().ifPresent(rate -> options.addAll(List.of("--max-rate", rate)));
        view.leaderMember()
                .filter(leader -> !leader.name().equals(self))
                .flatMap(Member::connUrl)
                .flatMap(ServerAddress::of)
                .ifPresent(leader -> options.addAll(List.of("--primary", place(leader))));
        return command(List.of("backup", "create"), options);
    }

    private static String place(ServerAddress address) {
        String host = address.host();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.port();
    }

    private List<String> command(List<String> verbs, List<String> options) {
        List<String> command = new ArrayList<>(verbs);
        configuration.ifPresent(file -> command.addAll(List.of("-c", file.toString())));
        command.addAll(options);
        return command;
    }
}
