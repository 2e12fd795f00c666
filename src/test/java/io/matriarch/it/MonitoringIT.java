package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The alert rules by Prometheus's own tool: they are valid, each fires in its test, and none in a healthy cluster. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MonitoringIT {
    private static final Path RULES = Path.of("monitoring/alerts.yml");
    private static final Path TESTS = Path.of("monitoring/alerts.test.yml");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    @Test
    void theRulesAreValidAndTheirTestsPass() throws IOException, InterruptedException {
        boolean installed = Files.isExecutable(Path.of("/usr/bin/promtool"));
        if (!installed) {
            System.out.println("SKIPPED: the alert rules are not tested: there is no promtool (stack/install tests)");
        }
        Assumptions.assumeTrue(installed, "there is no promtool");
        promtool("check", "rules", RULES);
        promtool("test", "rules", TESTS);
    }

    private static void promtool(String verb, String what, Path file) throws IOException, InterruptedException {
        Programs.Result result = Programs.run(
                List.of("promtool", verb, what, file.toAbsolutePath().toString()), Map.of());
        assertThat(result.code()).as(result.output()).isZero();
    }

    @Test
    void eachAlertHasATest() throws IOException {
        String tests = Files.readString(TESTS);
        Set<String> alerts = new TreeSet<>();
        ALERT.matcher(Files.readString(RULES)).results().forEach(found -> alerts.add(found.group(1)));
        assertThat(alerts).hasSizeGreaterThan(15).allMatch(tests::contains);
    }

    @Test
    void theDashboardIsJson() throws IOException, MalformedDocument {
        assertThat(Json.parse(Files.readString(ScrapedMetrics.DASHBOARD))).isNotNull();
    }
}
