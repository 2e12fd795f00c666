package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Sequence;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of pg_hba.conf. PostgreSQL is asked for its opinion of the same in {@code HbaLinesAndPostgresTest}. */
final class HbaLinesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# a comment",
                "local all all trust",
                "local all postgres peer map=local # for the agent",
                "host all all 0.0.0.0/0 scram-sha-256",
                "host all, postgres all 127.0.0.1 255.255.255.255 md5",
                "hostssl replication \"rep user\" ::1/128 cert clientcert=verify-full",
                "hostnossl \"my db\",all +group samenet reject",
                "host all all .example.com ident map=x",
                "host all all fe80::7a31:c1ff:0000:0000/96 gss include_realm=0",
                "host all all db.example.com ldap ldapserver=x ldapprefix=\"cn=\"",
                "include_if_exists extra.conf",
            })
    void goodLinesAreLetAlone(String line) {
        assertThat(HbaLines.mistake(line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    hots all all 0.0.0.0/0 md5             | a line begins with local, host
                    all all trust                          | a line begins with local, host
                    local all trust                        | expected is: local database user method
                    host all all md5                       | expected is: host database user address method
                    host all all 10.0.0.1 md5              | needs a mask, such as 10.0.0.1/32
                    host all all ::1 md5                   | needs a mask, such as ::1/128
                    host all all 10.0.0.0/x md5            | is no network
                    host all all 0.0.0.0/0 scram           | scram isn't a method; allowed are trust
                    local all all                          | it ends too early
                    """)
    void wrongLinesAreExplained(String line, String why) {
        assertThat(HbaLines.mistakes(new Sequence(List.of(new Value.Text(line)))))
                .singleElement()
                .asString()
                .startsWith("'" + line + "': ")
                .contains(why);
    }
}
