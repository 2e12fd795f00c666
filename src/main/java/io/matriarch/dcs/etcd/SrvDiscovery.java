package io.matriarch.dcs.etcd;

import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.time.Deadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.DnsClient;
import io.vertx.core.dns.DnsClientOptions;
import io.vertx.core.dns.SrvRecord;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Finds etcd's servers by the SRV records of a domain (reference 2.6): for clients, with TLS first, then those for etcd's own peers, who are asked for the addresses
 * meant for clients.
 */
public final class SrvDiscovery {
    private static final Logger LOG = Logger.getLogger(SrvDiscovery.class);
    private static final List<Service> SERVICES = List.of(
            new Service("_etcd-client-ssl", true, false),
            new Service("_etcd-client", false, false),
            new Service("_etcd-ssl", true, false),
            new Service("_etcd", false, false),
            new Service("_etcd-server-ssl", true, true),
            new Service("_etcd-server", false, true));
    private static final Duration ONE_QUERY = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final List<HostPort> nameservers;

    /** @param nameservers asked in order until one answers */
    public SrvDiscovery(Vertx vertx, List<HostPort> nameservers) {
        this.vertx = vertx;
        this.nameservers = List.copyOf(nameservers);
    }

    /** With the nameservers of this machine. */
    public static SrvDiscovery ofThisMachine(Vertx vertx) {
        return new SrvDiscovery(vertx, Nameservers.ofThisMachine());
    }

    /** A name of a record, what is spoken there, and whether it is a port for etcd's peers. */
    private record Service(String name, boolean https, boolean peers) {
        String record(EtcdSettings settings, String domain) {
            return name + settings.srvSuffix().map(suffix -> "-" + suffix).orElse("") + "._tcp." + domain;
        }
    }

    /**
     * The settings with what DNS says: its servers first, then those that are configured. Without srv, or when DNS says nothing while servers are configured, the
     * settings as they are; absent when no server is known.
     */
    public Optional<EtcdSettings> resolve(EtcdSettings settings, Deadline deadline) {
        Optional<EtcdSettings> found = settings.srv().flatMap(domain -> lookUp(settings, domain, deadline));
        return found.or(
                () -> Optional.of(settings).filter(given -> !given.endpoints().isEmpty()));
    }

    private Optional<EtcdSettings> lookUp(EtcdSettings settings, String domain, Deadline deadline) {
        for (Service service : SERVICES) {
            List<HostPort> servers = records(service.record(settings, domain), deadline);
            List<HostPort> clients = service.peers() ? askPeers(servers, service.https(), settings, deadline) : servers;
            if (!clients.isEmpty()) {
                return Optional.of(settings.at(clients, service.https()));
            }
        }
        return Optional.empty();
    }

    /** By priority, then by weight. */
    private List<HostPort> records(String name, Deadline deadline) {
        for (HostPort nameserver : nameservers) {
            Deadline patience = deadline.atMost(ONE_QUERY);
            DnsClient dns = vertx.createDnsClient(new DnsClientOptions()
                    .setHost(nameserver.host())
                    .setPort(nameserver.port())
                    .setQueryTimeout(Math.max(1, patience.remaining().toMillis())));
            Optional<List<SrvRecord>> answer = await(dns.resolveSRV(name), patience, "DNS, " + name);
            var _ = dns.close();
            if (answer.isPresent()) {
                return answer.get().stream()
                        .sorted(Comparator.comparingInt(SrvRecord::priority)
                                .thenComparing(Comparator.comparingInt(SrvRecord::weight)
                                        .reversed()))
                        .flatMap(entry -> address(entry).stream())
                        .distinct()
                        .toList();
            }
        }
        return List.of();
    }

    private static Optional<HostPort> address(SrvRecord entry) {
        return Optional.ofNullable(entry.target())
                .map(target -> new HostPort(target.replaceAll("\\.$", ""), entry.port()));
    }

    private List<HostPort> askPeers(List<HostPort> peers, boolean https, EtcdSettings settings, Deadline deadline) {
        HttpClient http = vertx.createHttpClient(options(https, settings));
        try {
            return peers.stream()
                    .map(peer -> await(members(http, peer), deadline.atMost(ONE_QUERY), "etcd's peer " + peer))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .map(body -> MemberUrls.clients(body.toString()))
                    .orElse(List.of());
        } finally {
            var _ = http.close();
        }
    }

    private static Future<Buffer> members(HttpClient http, HostPort peer) {
        return http.request(io.vertx.core.http.HttpMethod.GET, peer.port(), peer.host(), "/members")
                .compose(request -> request.send())
                .compose(response -> response.statusCode() == 200
                        ? response.body()
                        : Future.failedFuture("it answers " + response.statusCode()));
    }

    private static HttpClientOptions options(boolean https, EtcdSettings settings) {
        HttpClientOptions options = new HttpClientOptions().setConnectTimeout((int) ONE_QUERY.toMillis());
        if (https) {
            EtcdTls.apply(settings.tls(), options);
        }
        return options;
    }

    private static <T> Optional<T> await(Future<T> future, Deadline deadline, String whom) {
        try {
            return Optional.of(future.toCompletionStage()
                    .toCompletableFuture()
                    .get(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.debugf("%s: %s", whom, Endpoint.describe(e));
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
