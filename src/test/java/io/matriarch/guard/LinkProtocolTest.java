package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.Fenced;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkProtocolTest {
    @Property
    void whatTheAgentSaysTheGuardUnderstands(
            @ForAll long until,
            @ForAll @LongRange(min = 2) long pid,
            @ForAll long ticks,
            @ForAll @IntRange(max = 255) int code) {
        ProcessId postmaster = new ProcessId(pid, ticks);
        assertThat(LinkProtocol.parse(LinkProtocol.fence(postmaster, until))).contains(new Fenced(postmaster, until));
        assertThat(LinkProtocol.parse(LinkProtocol.exiting(code))).contains(new AgentExiting(code));
    }

    @Test
    void stoppable() {
        assertThat(LinkProtocol.parse(LinkProtocol.stoppable())).contains(new GuardEvent.AgentStoppable());
    }

    @Test
    void aliveAndUnfenced() {
        assertThat(LinkProtocol.parse(LinkProtocol.alive())).contains(new GuardEvent.AgentAlive());
        assertThat(LinkProtocol.parse(LinkProtocol.unfence())).contains(new GuardEvent.Unfenced());
    }

    @Test
    void ready() {
        assertThat(LinkProtocol.parse(LinkProtocol.ready())).contains(new AgentReady());
    }

    @Test
    void aStatusIsOneLineOfAscii() {
        assertThat(LinkProtocol.parse(LinkProtocol.status("I am (elephant\n\u00e9), the leader")))
                .contains(new GuardEvent.AgentStatus("I am (elephant??), the leader"));
        assertThat(LinkProtocol.status("x".repeat(4000))).hasSize("status ".length() + 300);
        assertThat(LinkProtocol.parse(LinkProtocol.status("exiting 0")))
                .contains(new GuardEvent.AgentStatus("exiting 0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fence",
                "fence 2 3",
                "fence 2 3 soon",
                "fence 1 3 4",
                "fence 0 3 4",
                "fence -2 3 4",
                "fence 2 3 4 5",
                "lease 4",
                "exiting 256",
                "exiting -1",
                "exiting x",
                "readyish",
                "later"
            })
    void anythingElseMeansNothing(String line) {
        assertThat(LinkProtocol.parse(line)).isEmpty();
    }

    @Property
    void noLineCanConfuseTheGuard(@ForAll String line) {
        assertThat(LinkProtocol.parse("?" + line)).isEmpty();
    }
}
