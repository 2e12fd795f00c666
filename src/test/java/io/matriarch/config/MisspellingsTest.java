package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that look like others. */
final class MisspellingsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    bootstrap: {initdb: [encodign: UTF8]}              | bootstrap.initdb.encodign is unknown and has no effect; is encoding meant?
                    bootstrap: {initdb: [data-checksum]}               | bootstrap.initdb.data-checksum is unknown and has no effect; is data-checksums meant?
                    bootstrap: {dcs: {loop_wiat: 5}}                   | bootstrap.dcs.loop_wiat is unknown and has no effect; is loop_wait meant?
                    bootstrap: {dcs: {postgresql: {paramters: {a: b}}}} | bootstrap.dcs.postgresql.paramters is unknown and has no effect; is parameters meant?
                    watchdog: {safty_margin: 5}                        | watchdog.safty_margin is unknown and has no effect; is safety_margin meant?
                    log: {levle: DEBUG}                                | log.levle is unknown and has no effect; is level meant?
                    """)
    void areToldWithTheKnownOne(String yaml, String sentence) {
        assertThat(loaded(MINIMAL + yaml, Map.of()).warnings()).containsExactly(sentence);
    }

    @Test
    void ownKeysAreLetAlone() {
        String yaml = """
                our_monitoring: {anything: 1}
                tags: {clonefron: true, datacenter: x}
                log: {colour: red}
                bootstrap: {method: pgbackrest, pgbackrest: {command: x}, initdb: [{lc-collate: C}, data-checksums]}
                """;
        assertThat(loaded(MINIMAL + yaml, Map.of()).remarks()).isEmpty();
    }

    @Test
    void slipsAreCounted() {
        assertThat(Misspellings.slips("encodign", "encoding")).isEqualTo(1);
        assertThat(Misspellings.slips("authentikation", "authentication")).isEqualTo(1);
        assertThat(Misspellings.slips("listn", "listen")).isEqualTo(1);
        assertThat(Misspellings.slips("hosts", "host")).isEqualTo(1);
        assertThat(Misspellings.slips("", "host")).isEqualTo(4);
    }
}
