package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.LeaseRenewed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkProtocolTest {
    @Property
    void whatTheAgentSaysTheGuardUnderstands(@ForAll long until, @ForAll @IntRange(max = 255) int code) {
        assertThat(LinkProtocol.parse(LinkProtocol.lease(until))).contains(new LeaseRenewed(until));
        assertThat(LinkProtocol.parse(LinkProtocol.exiting(code))).contains(new AgentExiting(code));
    }

    @Test
    void stoppable() {
        assertThat(LinkProtocol.parse(LinkProtocol.stoppable())).contains(new GuardEvent.AgentStoppable());
    }

    @Test
    void ready() {
        assertThat(LinkProtocol.parse(LinkProtocol.ready())).contains(new AgentReady());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "lease", "lease soon", "exiting 256", "exiting -1", "exiting x", "readyish", "later"})
    void anythingElseMeansNothing(String line) {
        assertThat(LinkProtocol.parse(line)).isEmpty();
    }

    @Property
    void noLineCanConfuseTheGuard(@ForAll String line) {
        assertThat(LinkProtocol.parse("?" + line)).isEmpty();
    }
}
