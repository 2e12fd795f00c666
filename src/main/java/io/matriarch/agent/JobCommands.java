package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobSettings;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.config.Configuration;
import io.matriarch.config.RepositorySettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The commands of this executable that do a job.
 *
 * @param configuration the file or folder of this node; absent when only the environment counts
 * @param known the names of this node's repositories, in their order
 */
record JobCommands(Optional<Path> configuration, String self, List<String> known) {
    JobCommands {
        known = List.copyOf(known);
    }

    static JobCommands of(Optional<Path> path, Configuration node) {
        List<String> known = node.backup().repositories().stream()
                .map(RepositorySettings::name)
                .toList();
        return new JobCommands(path, node.name(), known);
    }

    /** One for each repository with which the job works. */
    List<JobPart> of(JobKind kind, JobSettings settings, ClusterView view) {
        return repositories(kind, settings).stream()
                .map(repository -> new JobPart(
                        repository,
                        commands(kind, settings, view).stream()
                                .map(command -> in(repository, command))
                                .toList()))
                .toList();
    }

    /** An absent one is the node's first. WAL goes to all repositories, so all of it has to expire. */
    private List<Optional<String>> repositories(JobKind kind, JobSettings settings) {
        List<String> named = settings.repositories().of(kind);
        List<String> all = kind == JobKind.EXPIRE && known.size() > 1 ? known : List.of();
        List<String> names = named.isEmpty() ? all : named;
        return names.isEmpty()
                ? List.of(Optional.empty())
                : names.stream().map(Optional::of).toList();
    }

    private static List<String> in(Optional<String> repository, List<String> command) {
        List<String> chosen = new ArrayList<>(command);
        repository.ifPresent(name -> chosen.addAll(List.of("--repository", name)));
        return chosen;
    }

    private List<List<String>> commands(JobKind kind, JobSettings settings, ClusterView view) {
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

    /** Tells which backups there are, in the first repository to which they go. */
    List<String> catalogue(JobSettings settings) {
        return in(
                repositories(JobKind.BASE, settings).getFirst(),
                command(List.of("backup", "list"), List.of("--format", "json")));
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
