package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "128MB,kB,131072",
        "128 MB,8kB,16384",
        "1GB,16MB,64",
        "0x10MB,kB,16384",
        "010,kB,8",
        "16,MB,16",
        "-1,8kB,-1",
        "1.5GB,MB,1536",
        "1.5MB,8kB,192",
        "0.1MB,kB,102",
        "5min,s,300",
        "1d,min,1440",
        "1.5s,ms,1500",
        "500us,ms,0",
        "1500us,ms,2",
        "2500us,ms,2",
        "2.5,ms,2",
        "3.5,ms,4",
        "1e2,s,100"
    })
    void convertsToTheBaseUnit(String text, String baseUnit, long expected) {
        assertThat(Units.whole(text, baseUnit)).isEqualTo(OptionalLong.of(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "kB",
                "1 KB",
                "1kb",
                "1 m",
                "1MB s",
                "08",
                "1min",
                "ten",
                "0x",
                "1e999999999MB",
                "99999999999999999999"
            })
    void isNotASize(String text) {
        assertThat(Units.whole(text, "kB")).isEmpty();
    }

    @Test
    void withoutBaseUnitNoUnitIsAllowed() {
        assertThat(Units.whole("100")).hasValue(100);
        assertThat(Units.whole("100MB")).isEmpty();
        assertThat(Units.real("0.5", "")).contains(new java.math.BigDecimal("0.5"));
    }

    @ParameterizedTest
    @CsvSource({
        "131072,kB,128MB",
        "16384,8kB,128MB",
        "1,8kB,8kB",
        "300,s,5min",
        "301,s,301s",
        "0,kB,0",
        "-1,8kB,-1",
        "7,'',7"
    })
    void readable(long number, String baseUnit, String expected) {
        assertThat(Units.readable(number, baseUnit)).isEqualTo(expected);
    }

    @Property
    void readableSizesAreReadAgain(@ForAll @LongRange(min = 0, max = 1L << 45) long number) {
        for (String unit : new String[] {"B", "kB", "8kB", "16384kB", "MB", "ms", "s", "min"}) {
            assertThat(Units.whole(Units.readable(number, unit), unit)).hasValue(number);
        }
    }
}
