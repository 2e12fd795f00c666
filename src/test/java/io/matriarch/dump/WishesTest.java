package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person may say: databases, servers and tables. */
class WishesTest {
    private static final List<List<String>> ROWS =
            List.of(row("postgres", "f"), row("shop", "f"), row("template1", "t"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -         | false | -        | -         | postgres,shop
            -         | false | postgres | -         | shop
            -         | false | gone     | shop      | shop
            -         | true  | -        | shop      | postgres,shop
            template1 | false | -        | shop      | template1
            shop,shop | false | -        | postgres  | shop
            """)
    void databasesAreChosen(
            @org.jspecify.annotations.Nullable String named,
            boolean all,
            @org.jspecify.annotations.Nullable String excluded,
            @org.jspecify.annotations.Nullable String configured,
            String chosen)
            throws ArchiveException {
        DatabaseChoice choice = new DatabaseChoice(words(named), all, words(excluded), words(configured));
        assertThat(choice.choose(ROWS, "here"))
                .extracting(DatabaseFacts::name)
                .containsExactlyElementsOf(words(chosen));
    }

    @Test
    void oneThatIsntThereIsNamed() {
        assertThatThrownBy(() -> new DatabaseChoice(List.of("hay"), false, List.of(), List.of()).choose(ROWS, "here"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("no database hay", "on here", "--database");
        assertThatThrownBy(() -> new DatabaseChoice(List.of(), false, List.of(), List.of("hay")).choose(ROWS, "here"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("backup.dump.databases");
        assertThatThrownBy(() ->
                        new DatabaseChoice(List.of("shop"), false, List.of("shop"), List.of()).choose(ROWS, "here"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("no database to dump");
    }

    @Test
    void aServerIsAHostOrASocket() {
        assertThat(ServerPlace.parse("db:5433")).contains(new HostPort("db", 5433));
        assertThat(ServerPlace.parse("db")).contains(new HostPort("db", 5432));
        assertThat(ServerPlace.parse("[::1]:5433")).contains(new HostPort("::1", 5433));
        assertThat(ServerPlace.parse("/run/postgresql")).contains(new HostPort("/run/postgresql", 5432));
        assertThat(ServerPlace.parse("/run/postgresql:6000")).contains(new HostPort("/run/postgresql", 6000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5432", "db:0", "db:x", "/run:0", "/run:65536", "/run,/tmp"})
    void nothingElseIsAServer(String text) {
        assertThat(ServerPlace.parse(text)).isEmpty();
    }

    @Test
    void aTableIsInASchema() {
        assertThat(TableName.parse("herd.an elephant.x")).contains(new TableName("herd", "an elephant.x"));
        for (String text : List.of("elephant", ".elephant", "herd.", "", "herd.a\nb")) {
            assertThat(TableName.parse(text)).as(text).isEmpty();
        }
    }

    private static List<String> row(String name, String template) {
        return List.of(name, "1", "postgres", "UTF8", "C", "C", "c", "", template);
    }

    private static List<String> words(@org.jspecify.annotations.Nullable String text) {
        return text == null ? List.of() : List.of(text.split(",", -1));
    }
}
