package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static io.matriarch.config.Loading.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarkusPropertiesTest {
    @Test
    void defaults() {
        assertThat(QuarkusProperties.of(minimal("")))
                .isEqualTo(Map.of(
                        "quarkus.http.host", "10.0.0.1",
                        "quarkus.http.port", "8008",
                        "quarkus.http.accept-backlog", "128",
                        "quarkus.log.level", "INFO",
                        "quarkus.log.console.format", "%d{yyyy-MM-dd HH:mm:ss,SSS} %p: %s%e%n",
                        "quarkus.log.console.stderr", "true",
                        "quarkus.log.category.\"io.quarkus\".level", "WARN",
                        "quarkus.log.category.\"io.vertx\".level", "WARN",
                        "quarkus.log.category.\"io.netty\".level", "WARN",
                        "quarkus.log.category.\"org.jboss\".level", "WARN"));
    }

    @Test
    void tls() {
        Configuration configuration = loaded(
                        MINIMAL.replace(
                                "{listen: '10.0.0.1:8008'}",
                                "{listen: '*:8008', certfile: /c, keyfile: /k, keyfile_password: 'p${x}', cafile: /a, "
                                        + "verify_client: optional, request_queue_size: 500}"),
                        Map.of())
                .configuration();
        assertThat(QuarkusProperties.of(configuration))
                .containsEntry("quarkus.http.host", "0.0.0.0")
                .containsEntry("quarkus.http.ssl-port", "8008")
                .containsEntry("quarkus.http.insecure-requests", "disabled")
                .containsEntry("quarkus.http.accept-backlog", "500")
                .containsEntry("quarkus.http.tls-configuration-name", "restapi")
                .containsEntry("quarkus.tls.restapi.key-store.pem.0.cert", "/c")
                .containsEntry("quarkus.tls.restapi.key-store.pem.0.key", "/k")
                .containsEntry("quarkus.tls.restapi.key-store.pem.0.password", "p\\${x}")
                .containsEntry("quarkus.tls.restapi.trust-store.pem.certs", "/a")
                .containsEntry("matriarch.restapi.client-auth", "request");
    }

    @Test
    void logFilesAndLoggers() {
        assertThat(QuarkusProperties.of(minimal("log: {level: warning, dir: /log, file_num: 2, file_size: 100, "
                        + "loggers: {patroni.ha: debug, urllib3: critical, patroni.postgresql.slots: notset}}")))
                .containsEntry("quarkus.log.level", "WARN")
                .containsEntry("quarkus.log.console.enabled", "false")
                .containsEntry("quarkus.log.file.enabled", "true")
                .containsEntry("quarkus.log.file.path", "/log/patroni.log")
                .containsEntry("quarkus.log.file.format", "%d{yyyy-MM-dd HH:mm:ss,SSS} %p: %s%e%n")
                .containsEntry("quarkus.log.file.rotation.max-file-size", "100")
                .containsEntry("quarkus.log.file.rotation.max-backup-index", "2")
                .containsEntry("quarkus.log.category.\"io.matriarch.ha\".level", "DEBUG")
                .containsEntry("quarkus.log.category.\"io.matriarch.agent\".level", "DEBUG")
                .containsEntry("quarkus.log.category.\"urllib3\".level", "FATAL")
                .containsEntry("quarkus.log.category.\"io.matriarch.postgres\".level", "ALL")
                .doesNotContainKey("quarkus.log.category.\"io.quarkus\".level");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "%(asctime)s %(levelname)s: %(message)s|``|2026-11-24 09:08:07,123 INFO: no action",
                "%(asctime)s [%(name)s] %(message)s|%Y-%m-%dT%H:%M:%S|2026-11-24T09:08:07 [io.matriarch.ha] no action",
                "100%% %(levelname)-8s.|``|100% INFO    .",
                "%(message)s at %(asctime)s|at %H o'clock|no action at at 09 o'clock"
            })
    void pythonsFormats(String format, String dateFormat, String line) {
        String pattern = PythonLogFormat.pattern(
                Optional.of(format), Optional.of(dateFormat).filter(given -> !given.isEmpty()));
        ExtLogRecord logged = new ExtLogRecord(Level.INFO, "no action", QuarkusPropertiesTest.class.getName());
        logged.setLoggerName("io.matriarch.ha");
        logged.setInstant(LocalDateTime.of(2026, 11, 24, 9, 8, 7, 123_456_789)
                .atZone(ZoneId.systemDefault())
                .toInstant());
        assertThat(new PatternFormatter(pattern).format(logged)).isEqualTo(line + "\n");
    }
}
