package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Snapshot;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** Answers of the REST interface, without a server around it. */
final class PatroniApiTest {
    private static final String MEMBERS_ONLY = "restapi: {listen: '10.0.0.1:8008', allowlist_include_members: true}\n";

    private static PatroniApi api(Snapshot snapshot) {
        AgentAccess access = new AgentAccess();
        access.publish(new OneLook(snapshot));
        return new PatroniApi(access);
    }

    @Test
    @HardCase(102)
    void withoutAConfigurationInTheDcsItsRequestIsAnError() {
        Snapshot snapshot = Looks.primary().snapshot();
        assertThat(snapshot.cluster().orElseThrow().config()).isEmpty();
        Response answer = api(snapshot).config();
        assertThat(answer.getStatus()).isEqualTo(502);
        assertThat(answer.getEntity()).isNotEqualTo("{}");
    }

    @Test
    @HardCase(103)
    void whoIsNoMemberMayCallForFailsafeAndHearsThePosition() {
        PatroniApi api = api(Looks.replica(MEMBERS_ONLY).snapshot());
        Response answer = api.postFailsafe(requestFrom("10.0.0.77"), "{\"name\": \"b\"}");
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeaderString("lsn")).isEqualTo("1500");
        assertThat(api.reload(requestFrom("10.0.0.77")).getStatus())
                .as("anything else may be asked by members only")
                .isEqualTo(403);
    }

    @Test
    void aJobIsBegunByWhomThingsMayBeChanged() {
        AgentAccess access = new AgentAccess();
        access.publish(new OneLook(Looks.replica(MEMBERS_ONLY).snapshot()));
        BackupsApi api = new BackupsApi(access, new ArchiveGauge(access));
        assertThat(api.begin(requestFrom("10.0.0.77"), "").getStatus()).isEqualTo(403);
        assertThat(api.drill(requestFrom("10.0.0.77"), "").getStatus()).isEqualTo(403);

        AgentAccess open = new AgentAccess();
        open.publish(new OneLook(Looks.replica("").snapshot()));
        Response begun = new BackupsApi(open, new ArchiveGauge(open)).drill(requestFrom("10.0.0.77"), "");
        assertThat(begun.getStatus()).isEqualTo(202);
        assertThat(begun.getHeaderString("Location")).isEqualTo("/drills");
    }

    private static HttpServerRequest requestFrom(String address) {
        return (HttpServerRequest) Proxy.newProxyInstance(
                HttpServerRequest.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (_, method, _) -> switch (method.getName()) {
                    case "remoteAddress" -> SocketAddress.inetSocketAddress(40_000, address);
                    case "isSSL" -> false;
                    case "getHeader" -> null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
