package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.SynchronousStandbyNames.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SynchronousStandbyNamesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a                       | FIRST | 1 | a
            a, b                    | FIRST | 1 | a b
            2 (a,b)                 | FIRST | 2 | a b
            FIRST 2 (a , "b")       | FIRST | 2 | a b
            first 1("A-1",b)        | FIRST | 1 | A-1 b
            ANY 2 (a,b,c)           | ANY   | 2 | a b c
            any 1 ( "any" , first ) | ANY   | 1 | any first
            any                     | FIRST | 1 | any
            first, any              | FIRST | 1 | first any
            "a""b"                  | FIRST | 1 | a"b
            *                       | FIRST | 1 | *
            ANY 1 (*)               | ANY   | 1 | *
            1 (1)                   | FIRST | 1 | 1
            """)
    void everySyntaxOfPostgresIsRead(String text, Method method, int number, String members) {
        SynchronousStandbyNames names = SynchronousStandbyNames.parse(text);
        assertThat(names).isEqualTo(new SynchronousStandbyNames(method, number, Arrays.asList(members.split(" "))));
    }

    @Test
    void nothingReadsAsOff() {
        assertThat(SynchronousStandbyNames.parse("")).isEqualTo(SynchronousStandbyNames.OFF);
        assertThat(SynchronousStandbyNames.parse("  ")).isEqualTo(SynchronousStandbyNames.OFF);
    }

    @HardCase({42, 52})
    @Test
    void namesAreQuotedWhereTheyMustBe() {
        assertThat(SynchronousStandbyNames.all(Set.of("pg_1")).text()).isEqualTo("pg_1");
        assertThat(SynchronousStandbyNames.all(Set.of("pg-1")).text()).isEqualTo("\"pg-1\"");
        assertThat(SynchronousStandbyNames.all(Set.of("Any", "first", "Upper")).text())
                .isEqualTo("3 (\"Any\",Upper,\"first\")");
        assertThat(SynchronousStandbyNames.any(1, Set.of("a")).text()).isEqualTo("ANY 1 (a)");
        assertThat(SynchronousStandbyNames.any(0, Set.of("a"))).isEqualTo(SynchronousStandbyNames.OFF);
        assertThat(SynchronousStandbyNames.OFF.text()).isEmpty();
    }

    /** Strict mode without a standby: a name that can't exist, and never {@code *}. */
    @HardCase(51)
    @Test
    void nobodyIsAPlaceholder() {
        SynchronousStandbyNames first = SynchronousStandbyNames.first(1, Set.of());
        SynchronousStandbyNames any = new SynchronousStandbyNames(Method.ANY, 1, List.of());
        assertThat(first.text()).isEqualTo("__patroni_strict_sync_replica_placeholder__");
        assertThat(any.text()).isEqualTo("ANY 1 (__patroni_strict_sync_replica_placeholder__)");
        assertThat(SynchronousStandbyNames.parse(first.text())).isEqualTo(first);
        assertThat(SynchronousStandbyNames.parse(any.text())).isEqualTo(any);
        assertThat(any.guarantee()).isZero();
        assertThat(SynchronousStandbyNames.parse("*").guarantee()).isZero();
    }

    @Test
    void whatIsWrittenIsRead() {
        Random random = new Random(1);
        String characters = "aB_9$-. \",(*é";
        for (int i = 0; i < 2_000; i++) {
            Set<String> members = new TreeSet<>();
            while (members.size() < 1 + random.nextInt(4)) {
                StringBuilder name = new StringBuilder("n");
                for (int at = random.nextInt(5); at > 0; at--) {
                    name.append(characters.charAt(random.nextInt(characters.length())));
                }
                members.add(name.toString());
            }
            SynchronousStandbyNames names = random.nextBoolean()
                    ? SynchronousStandbyNames.all(members)
                    : SynchronousStandbyNames.any(1 + random.nextInt(members.size()), members);
            assertThat(SynchronousStandbyNames.parse(names.text())).isEqualTo(names);
        }
    }

    @HardCase(18)
    @Test
    void caseAndOrderDontMatter() {
        SynchronousStandbyNames names = SynchronousStandbyNames.parse("2 (B,a)");
        assertThat(names.sameAs(SynchronousStandbyNames.all(Set.of("A", "b")))).isTrue();
        assertThat(names.sameAs(SynchronousStandbyNames.any(2, Set.of("a", "b"))))
                .isFalse();
        assertThat(names.names("b")).isTrue();
        assertThat(names.waitsForAll()).isTrue();
        assertThat(SynchronousStandbyNames.parse("a,b").waitsForAll()).isFalse();
    }
}
