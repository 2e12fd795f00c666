package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The status page in a real browser, and what it follows a switchover by, one step after the other on one cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class StatusPageIT {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";
    private static final String BUTTONS = "[...document.querySelectorAll('button[data-key]')].length";
    private static final String LEADER = "document.querySelector('svg[role=img] .lead .name').textContent";

    private static LocalCluster cluster;
    private static Browser browser;
    private static Node shown;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        cluster.start();
        browser = new Browser();
        shown = cluster.replicas().getFirst();
        browser.open(address("/ui"));
    }

    @AfterAll
    static void stop() {
        if (browser != null) { // the cluster came up
            browser.close();
            cluster.close();
            LogsOnFailure.deleteUnlessFailed(cluster);
        }
    }

    private static String address(String path) {
        return "http://127.0.0.1:" + shown.rest().port() + path;
    }

    @Test
    @Order(1)
    void theHerdIsShownWithoutButtonsWhereAnybodyMayPost() {
        browser.awaitTrue("document.querySelectorAll('#rows tr').length === 3", 20);
        assertThat(browser.evaluate(LEADER)).isEqualTo(cluster.primary().name());
        assertThat(browser.evaluate("document.querySelectorAll('svg[role=img] .box').length"))
                .isEqualTo("3");
        assertThat(browser.evaluate("document.getElementById('rows').textContent"))
                .contains("node1", "node2", "node3");
        assertThat(browser.evaluate(BUTTONS)).isEqualTo("0");
        assertThat(browser.evaluate("document.getElementById('sign').hidden")).isEqualTo("true");
        browser.awaitTrue("document.getElementById('live').dataset.state === 'on'", 5);
    }

    @Test
    @Order(2)
    void hostileNamesAreTexts() throws Exception {
        String key = "/service/matriarch/members/" + HOSTILE;
        etcd(
                "put",
                key,
                "{\"state\":\"" + HOSTILE + "\",\"role\":\"replica\",\"api_url\":\"javascript:alert(1)\","
                        + "\"tags\":{\"" + HOSTILE + "\":\"" + HOSTILE + "\"}}");
        browser.awaitTrue("document.querySelectorAll('#rows tr').length === 4", 20);
        assertThat(browser.evaluate("document.getElementById('rows').textContent"))
                .contains(HOSTILE);
        assertThat(browser.evaluate("document.querySelectorAll('img,#picture script,a[href^=javascript]').length"))
                .isEqualTo("0");
        etcd("del", key);
        browser.awaitTrue("document.querySelectorAll('#rows tr').length === 3", 20);
    }

    @Test
    @Order(2)
    void jobsAndBackupsAreShown() throws Exception {
        String key = "/service/matriarch/matriarch/jobs";
        String report = "{\"job\":\"drill\",\"member\":\"node1\",\"due\":\"2026-11-27T12:00:00+00:00\","
                + "\"started\":\"2026-11-27T12:00:01+00:00\",\"seconds\":75.5,\"outcome\":";
        etcd(
                "put",
                key,
                "{\"schedules\":{},\"reports\":["
                        + report + "\"failed\",\"problems\":[\"" + HOSTILE + "\"]},"
                        + report + "\"done\",\"details\":{\"rto_seconds\":12}}],"
                        + "\"backups\":[{\"label\":\"" + HOSTILE + "\",\"type\":\"full\",\"restorable\":\"yes\"}]}");
        browser.awaitTrue("document.querySelectorAll('#job-rows tr').length === 1", 20);
        assertThat(browser.evaluate("document.getElementById('job-rows').textContent"))
                .contains("Drill", "failed", HOSTILE, "node1", "76 s");
        assertThat(browser.evaluate("document.getElementById('notices').textContent"))
                .contains("Drill: failed.", HOSTILE);
        assertThat(browser.evaluate("document.getElementById('backup-rows').textContent"))
                .contains(HOSTILE, "full", "yes");
        assertThat(browser.evaluate("document.querySelectorAll('img').length")).isEqualTo("0");
        etcd("del", key);
        browser.awaitTrue("document.getElementById('jobs').hidden", 20);
    }

    private static void etcd(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("etcdctl", "--endpoints", "http://127.0.0.1:" + cluster.etcdPort()));
        command.addAll(List.of(arguments));
        assertThat(Programs.run(command, Map.of("ETCDCTL_API", "3")).code()).isZero();
    }

    @Test
    @Order(3)
    void aSwitchoverIsFollowedWithoutAReloadAndByEveryMember() throws Exception {
        cluster.awaitHealthy();
        browser.evaluate("window.mark = 'not reloaded'");
        Node former = cluster.primary();
        HttpResponse<String> begun = post(
                former,
                "{\"leader\": \"" + former.name() + "\", \"candidate\": \"" + shown.name() + "\"}",
                "respond-async");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        String location = begun.headers().firstValue("Location").orElseThrow();
        for (Node node : cluster.nodes()) {
            LocalCluster.await(
                    node + " knows " + location,
                    30,
                    () -> node.rest().get(location).json().text("phase").equals(Optional.of("done")));
            assertThat(node.rest().get(location).json().text("result"))
                    .hasValue("Successfully switched over to \"" + shown.name() + "\"");
        }
        browser.awaitTrue(LEADER + " === '" + shown.name() + "'", 20);
        browser.awaitTrue("document.getElementById('operation-list').textContent.includes('Successfully')", 20);
        assertThat(browser.evaluate("window.mark")).isEqualTo("not reloaded");
        assertThat(shown.rest().get("/operations/1").status()).isEqualTo(404);
    }

    private static HttpResponse<String> post(Node node, String body, String prefer) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.rest().port() + "/switchover"))
                .header("Prefer", prefer)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    @Order(4)
    void whoSignsInSwitchesOverByKeyboard() throws Exception {
        cluster.awaitHealthy();
        String configuration = Files.readString(shown.configuration());
        LocalCluster.write(
                shown.configuration(),
                configuration.replace(
                        "restapi:\n", "restapi:\n  authentication: {username: ada, password: 'ops:\u00e9'}\n"));
        assertThat(shown.rest().post("/reload", "").status()).isEqualTo(202);
        LocalCluster.await(
                "a password is asked for",
                20,
                () -> shown.rest().get("/ui/access").json().bool("password").equals(Optional.of(true)));
        browser.open(address("/ui"));
        browser.awaitTrue("document.querySelectorAll('#rows tr').length === 3", 20);
        assertThat(browser.evaluate(BUTTONS)).isEqualTo("0");
        signIn("wrong");
        browser.awaitTrue("document.getElementById('dialog-error').textContent.includes('wrong')", 10);
        assertThat(browser.evaluate(BUTTONS)).isEqualTo("0");
        browser.press("Escape");
        browser.awaitTrue("!document.getElementById('dialog').open", 10);
        signIn("ops:\u00e9");
        browser.awaitTrue("document.querySelector('[data-key=switchover]') !== null", 10);
        browser.tabTo("Switch over …");
        browser.press("Enter");
        browser.tabTo("Switch over");
        browser.press("Enter");
        browser.awaitTrue(LEADER + " !== '" + shown.name() + "'", 30);
        assertThat(cluster.awaitPrimaryOtherThan(shown, 30)).isNotEqualTo(shown);
    }

    private static void signIn(String password) {
        browser.tabTo("Sign in");
        browser.press("Enter");
        browser.awaitTrue("document.activeElement.autocomplete === 'username'", 5);
        browser.type("ada");
        browser.press("Tab");
        browser.type(password);
        browser.press("Enter");
    }

    @Test
    @Order(5)
    void whatItAsksForIsItsOwnAndTheConsoleIsSilent() {
        assertThat(browser.requests())
                .isNotEmpty()
                .allMatch(url -> url.startsWith(address("/")) || url.equals("about:blank"));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void aServerThatIsAwayIsToldUntilItIsBack() {
        browser.offline(true);
        browser.awaitTrue("document.querySelector('#notices .bad')?.textContent.includes('answer') === true", 20);
        browser.offline(false);
        browser.awaitTrue("document.querySelector('#notices .bad') === null", 20);
    }

    @Test
    @Order(7)
    void thePageIsCachedByItsTagAndPagesOfOtherSitesMayChangeNothing() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder page = HttpRequest.newBuilder(URI.create(address("/ui")));
            HttpResponse<String> first = client.send(page.build(), HttpResponse.BodyHandlers.ofString());
            assertThat(first.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'none'");
            String tag = first.headers().firstValue("ETag").orElseThrow();
            assertThat(client.send(page.header("If-None-Match", tag).build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(304);
            Node open = cluster.nodes().stream()
                    .filter(node -> node != shown)
                    .findFirst()
                    .orElseThrow();
            HttpRequest foreign = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + open.rest().port() + "/reload"))
                    .header("Origin", "https://elsewhere.example")
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(client.send(foreign, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(403);
        }
        Mapping answer = shown.rest().get("/operations").json();
        assertThat(answer.items("operations").stream().map(Mapping.class::cast))
                .allMatch(operation -> operation.text("phase").equals(Optional.of("done")))
                .hasSize(2);
    }
}
