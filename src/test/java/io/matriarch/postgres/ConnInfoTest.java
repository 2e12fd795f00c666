package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.HardCase;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.config.PostgresSettings;
import io.matriarch.value.Value.Mapping;
import java.net.MalformedURLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnInfoTest {
    private static ConnInfo.Address address(String url) throws MalformedURLException {
        return ConnInfo.Address.of(new Upstream("n1", url));
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://h:5433,                          h,         5433, postgres",
        "postgres://h,                               h,         5432, postgres",
        "postgres://h:5433/,                         h,         5433, postgres",
        "postgres://10.0.0.1:5433/app,               10.0.0.1,  5433, app",
        "postgresql://node_1:5433/app?sslmode=require, node_1,  5433, app",
        "postgres://u:p@h:5433/app,                  h,         5433, app",
        "postgres://[fd00::1]:5433/app,              fd00::1,   5433, app",
        "postgres://[::1],                           ::1,       5432, postgres",
    })
    void namesTheServer(String url, String host, int port, String database) throws MalformedURLException {
        assertThat(address(url)).isEqualTo(new ConnInfo.Address(host, port, database));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "h:5432",
                "postgres://",
                "postgres:///app",
                "postgres://:5432/app",
                "postgres://h:port/app",
                "postgres://h:0/app",
                "postgres://h:65536/app",
                "http://h:5432/app",
                "postgres://h1:1,h2:2/app",
                "postgres://[::1/app",
                "postgres://u:secret@/app"
            })
    void refusesWhatNamesNoServerAndShowsNoPassword(String url) {
        assertThatThrownBy(() -> address(url))
                .isInstanceOf(MalformedURLException.class)
                .hasMessageContaining("member n1")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aRemotePrimaryMayBeInSeveralPlaces() throws MalformedURLException {
        ConnInfo.Address address = ConnInfo.Address.of(Upstream.remote("postgres://h1:1,[::1]:2/"));
        assertThat(address.hosts()).isEqualTo("h1,::1");
        assertThat(address.ports()).isEqualTo("1,2");
        assertThat(address.all()).containsExactly(address, new ConnInfo.Address("::1", 2, "postgres"));
        assertThatThrownBy(() -> ConnInfo.Address.of(Upstream.remote("postgres://h1:1,h2:x/")))
                .hasMessageContaining("standby_cluster's host or port");
    }

    @Test
    void escapesAsLibpqReads() {
        assertThat(ConnInfo.text(Map.of("a", "it's \\ b"))).isEqualTo("a=it\\'s\\ \\\\\\ b");
        assertThat(ConnInfo.text(Map.of("a", ""))).isEqualTo("a=''");
    }

    /** A server refuses keywords that its libpq doesn't know. */
    @ParameterizedTest
    @CsvSource({
        "120000, gssencmode=prefer",
        "130000, sslpassword=p gssencmode=prefer channel_binding=prefer",
        "140000, sslpassword=p sslcrldir=/crl gssencmode=prefer channel_binding=prefer",
        "170000, sslpassword=p sslcrldir=/crl gssencmode=prefer channel_binding=prefer sslnegotiation=postgres",
    })
    @HardCase(62)
    void primaryConninfoHasWhatTheVersionKnows(int version, String keywords) throws MalformedURLException {
        PostgresSettings settings = settings();
        Mapping section = Mapping.empty().with("krbsrvname", "pg");
        String text = ConnInfo.primary(settings, section, new Upstream("n1", "postgres://h:5433/app"), "me", version);
        assertThat(text)
                .startsWith("dbname=app user=replicator passfile=/home/pgpass host=h port=5433 sslmode=verify-full ")
                .contains("application_name=me krbsrvname=pg");
        assertThat(List.of(text.split(" ", -1)).stream()
                        .filter(part ->
                                part.matches("(sslpassword|sslcrldir|gssencmode|channel_binding|sslnegotiation)=.*")))
                .containsExactly(keywords.split(" ", -1));
    }

    private static PostgresSettings settings() {
        String yaml = """
                {scope: s, name: n, restapi: {listen: "h:8008"}, etcd3: {host: "h:2379"},
                 postgresql: {listen: "h:5432", data_dir: /data, pgpass: /home/pgpass,
                  authentication: {replication: {username: replicator, password: x, sslmode: verify-full, sslpassword: p, sslcrldir: /crl}}}}
                """;
        return switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
            case LoadResult.Loaded<Configuration> good -> good.configuration().postgresql();
            case LoadResult.Invalid<Configuration> invalid -> throw new AssertionError(invalid.problems());
        };
    }
}
