package io.matriarch.doctor;

import io.matriarch.cli.ListenProbe;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Role;
import io.matriarch.config.Configuration;
import io.matriarch.config.EffectiveParameters;
import io.matriarch.config.HostPort;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.WatchdogSettings;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.dcs.etcd.EtcdHealth;
import io.matriarch.postgres.Inquiry;
import io.matriarch.postgres.Inquiry.Answer;
import io.matriarch.postgres.Postmaster;
import io.matriarch.postgres.ServerOpinion;
import io.matriarch.postgres.SqlInquiry;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts the checks together for the real world. */
final class Clinic {
    private static final Duration ETCD_PATIENCE = Duration.ofSeconds(5);
    private static final Duration PATIENCE_WITH_EACH = Duration.ofSeconds(3);

    private final Loaded<Configuration> loaded;
    private final Configuration configuration;
    private final EtcdHealth etcd;
    private final MemberReports reports;
    private final Patient patient;
    private final Inquiry inquiry;
    private final List<String> sockets;

    Clinic(Loaded<Configuration> loaded, EtcdDcs dcs, EtcdHealth etcd, MemberReports reports) {
        this.loaded = loaded;
        this.configuration = loaded.configuration();
        this.etcd = etcd;
        this.reports = reports;
        this.patient = patient(dcs, reports);
        this.sockets = sockets();
        this.inquiry = new SqlInquiry(
                configuration.postgresql(),
                sockets.isEmpty() ? Optional.empty() : Optional.of(String.join(",", sockets)));
    }

    private static Patient patient(EtcdDcs dcs, MemberReports reports) {
        return switch (dcs.readFresh(Deadline.after(ETCD_PATIENCE))) {
            case Reading.Known(ClusterView view) -> new Patient(Optional.of(view), "", reports.of(view.members()));
            case Reading.Unavailable(String why) -> new Patient(Optional.empty(), why, List.of());
        };
    }

    private List<String> sockets() {
        String folders = EffectiveParameters.of(configuration, patient.dynamic(), 0, Role.REPLICA)
                .file()
                .getOrDefault("unix_socket_directories", "");
        return Stream.of(folders.split(",", -1))
                .map(String::strip)
                .filter(folder -> folder.startsWith("/"))
                .toList();
    }

    /** @param file the node's configuration; empty when only variables are */
    List<Check> node(Optional<Path> file) {
        Path data = configuration.postgresql().dataDirectory();
        Mapping own = Mapping.empty().with("api_url", configuration.restapi().apiUrl());
        MemberReport self =
                reports.of(List.of(new Member(configuration.name(), own, 0, 0))).getFirst();
        Probe server = new Probe(configuration.name(), inquiry::local);
        boolean rewind = PostgresSection.effective(configuration.postgresql(), patient.dynamic())
                .bool("use_pg_rewind")
                .orElse(false);
        return List.of(
                new ConfigurationCheck(loaded, patient, ServerOpinion::of),
                new DataDirectoryCheck(data, System.getProperty("user.name", "")),
                new FoldersCheck(configuration.postgresql(), sockets),
                new PortsCheck(configuration, self, Postmaster.of(data).isPresent(), ListenProbe::obstacle),
                new GuardCheck(Path.of("/proc"), file.orElse(Path.of("")), self.answers()),
                new SpaceCheck(data, Clinic::volume),
                new WatchdogCheck(
                        WatchdogSettings.of(configuration.watchdog()),
                        patient.dynamic().ttl(),
                        patient.dynamic().loopWait()),
                new CertificatesCheck(() -> CertificateFiles.of(configuration), Instant.now()),
                new EtcdCheck(this::etcdServers),
                new ReplicationLoginCheck(configuration.name(), patient, inquiry),
                new RewindCheck(rewind, patient, inquiry),
                new HbaCheck(
                        server,
                        configuration.name(),
                        configuration.postgresql().replication().username().orElse("replicator"),
                        patient),
                new SlotsCheck(List.of(server)),
                new ArchiveCheck(List.of(server)));
    }

    List<Check> cluster() {
        List<Probe> servers = patient.members().stream()
                .filter(member -> member.answers() && member.state().equals("running"))
                .map(MemberReport::member)
                .filter(member -> member.connUrl().isPresent())
                .map(member -> new Probe(
                        member.name(), sql -> asAnybody(member.connUrl().orElseThrow(), sql)))
                .toList();
        return List.of(
                new EtcdCheck(this::etcdServers),
                new DynamicCheck(patient),
                new MembersCheck(patient),
                new VersionsCheck(patient),
                new ClockCheck(patient),
                new PendingRestartCheck(patient),
                new ReplicationCheck(patient),
                new SynchronousCheck(patient),
                new SlotsCheck(servers),
                new ArchiveCheck(servers),
                new CertificatesCheck(
                        () -> ServerCertificates.of(
                                patient,
                                configuration.etcd().https() ? etcd.servers(Deadline.after(ETCD_PATIENCE)) : List.of()),
                        Instant.now()));
    }

    /** The superuser may be let in from its own machine only. */
    private Answer asAnybody(String connUrl, String sql) {
        Answer answer = inquiry.remote(connUrl, Inquiry.User.SUPERUSER, sql);
        return answer instanceof Answer.Refused(String state, String _) && state.startsWith("28")
                ? inquiry.remote(connUrl, Inquiry.User.REWIND, sql)
                : answer;
    }

    private Map<HostPort, EtcdHealth.Health> etcdServers() {
        Map<HostPort, EtcdHealth.Health> found = new LinkedHashMap<>();
        for (HostPort server : etcd.servers(Deadline.after(ETCD_PATIENCE))) {
            found.put(server, etcd.of(server, Deadline.after(PATIENCE_WITH_EACH)));
        }
        return found;
    }

    private static SpaceCheck.Volume volume(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        return new SpaceCheck.Volume(store.toString(), store.getUsableSpace(), store.getTotalSpace());
    }
}
