package io.matriarch.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.LogSettings.Field;
import io.matriarch.config.LogSettings.Form;
import io.matriarch.config.LogSettings.JsonLines;
import io.matriarch.config.LogSettings.Plain;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected lines are what Python 3.11 and python-json-logger give. */
class LineFormatTest {
    private static final Entry ENTRY = new Entry(
            Instant.parse("2026-11-04T09:08:07.023456789Z"),
            LogLevel.INFO,
            "io.matriarch.ha",
            "no action",
            Optional.empty(),
            77,
            5,
            "loop",
            Optional.of(new Entry.Caller("HaLoop.java", "io.matriarch.agent.HaLoop", "run", 12)));

    private static String line(Form form, Entry entry, boolean debugging) {
        return LineFormat.of(form, debugging, ZoneOffset.UTC).line(entry);
    }

    private static Entry failed() {
        IllegalStateException failure = new IllegalStateException("it broke");
        failure.setStackTrace(new StackTraceElement[] {new StackTraceElement("A", "b", "A.java", 3)});
        return new Entry(
                ENTRY.time(), LogLevel.ERROR, "x", "h\u00e9", Optional.of(failure), 77, 5, "loop", Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "%(asctime)s %(levelname)s: %(message)s|``|2026-11-04 09:08:07,023 INFO: no action",
                "%(asctime)s [%(name)s] %(message)s|%Y-%m-%dT%H:%M:%S%z|2026-11-04T09:08:07+0000 [patroni.ha] no action",
                "100%% %(levelname)-8s.|``|100% INFO    .",
                "%(message)s at %(asctime)s|at {%H} o'clock|no action at at {09} o'clock",
                "%(asctime)s|%a %b %e %d %j %y %I%p %f%%|Wed Nov  4 04 308 26 09AM 023456%",
                "%(levelname).3s %(levelname)6s %(levelno)d %(process)05d|``|INF   INFO 20 00077",
                "%(created)f %(msecs)03d %(created).1f|``|1793783287.023456 023 1793783287.0",
                "%(filename)s:%(lineno)d %(module)s.%(funcName)s %(threadName)s|``|HaLoop.java:12 HaLoop.run loop",
                "%(processName)s %(msecs)d %(msecs)s|``|MainProcess 23 23.0",
                "%(nosuch)s 5%x|``|%(nosuch)s 5%x"
            })
    void pythonsFormats(String format, String dateFormat, String line) {
        Form form = new Plain(format, Optional.of(dateFormat).filter(given -> !given.isEmpty()), false);
        assertThat(line(form, ENTRY, false)).isEqualTo(line);
    }

    @Test
    void aStackTraceFollowsUnlessItIsForThoseWhoDebug() {
        String trace = "\njava.lang.IllegalStateException: it broke\n\tat A.b(A.java:3)";
        assertThat(line(new Plain("%(message)s", Optional.empty(), false), failed(), false))
                .isEqualTo("h\u00e9" + trace);
        assertThat(line(new Plain("%(message)s", Optional.empty(), true), failed(), false))
                .isEqualTo("h\u00e9, DETAIL: 'java.lang.IllegalStateException: it broke'");
        assertThat(line(new Plain("%(message)s", Optional.empty(), true), failed(), true))
                .isEqualTo("h\u00e9" + trace);
    }

    @Test
    void jsonHasTheFieldsOfTheFormatTheConstantsAndTheStackTrace() {
        JsonLines form = new JsonLines(
                List.of(new Field("message", "message"), new Field("levelname", "lvl"), new Field("nosuch", "nosuch")),
                Mapping.empty().with("app", "x").with("n", 1),
                Optional.empty(),
                false);
        assertThat(line(form, ENTRY, false))
                .isEqualTo(
                        "{\"message\": \"no action\", \"lvl\": \"INFO\", \"nosuch\": null, \"app\": \"x\", \"n\": 1}");
        assertThat(line(form, failed(), false))
                .startsWith("{\"message\": \"h\\u00e9\", \"lvl\": \"ERROR\"")
                .contains("\"exc_info\": \"java.lang.IllegalStateException: it broke\\n\\tat A.b(A.java:3)\"")
                .doesNotContain("\n");
    }

    @Test
    void datesAndNumbersInJson() {
        JsonLines form = new JsonLines(
                List.of(new Field("asctime", "time"), new Field("lineno", "lineno"), new Field("created", "created")),
                Mapping.empty(),
                Optional.of("%H"),
                true);
        assertThat(line(form, ENTRY, false))
                .isEqualTo("{\"time\": \"09\", \"lineno\": 12, \"created\": 1793783287.023456}");
        assertThat(LineFormat.of(form, false, ZoneOffset.UTC).needsCaller()).isTrue();
    }

    private static String json(List<Field> fields, Mapping constants, Entry entry) {
        return line(new JsonLines(fields, constants, Optional.empty(), false), entry, false);
    }

    private static List<Field> fields(String... attributes) {
        return Stream.of(attributes)
                .map(attribute -> new Field(attribute, attribute))
                .toList();
    }

    /** What Debian's Patroni writes with python-json-logger 3.3 for a record of the same numbers and names. */
    @Test
    void everyFieldOfPatronis() {
        assertThat(json(
                        fields(
                                "message",
                                "levelname",
                                "levelno",
                                "name",
                                "process",
                                "processName",
                                "thread",
                                "threadName",
                                "created",
                                "msecs",
                                "lineno",
                                "funcName",
                                "stack_info",
                                "exc_info",
                                "exc_text",
                                "args",
                                "msg",
                                "timestamp",
                                "taskName"),
                        Mapping.empty(),
                        ENTRY))
                .isEqualTo(
                        "{\"message\": \"no action\", \"levelname\": \"INFO\", \"levelno\": 20, \"name\": \"patroni.ha\","
                                + " \"process\": 77, \"processName\": \"MainProcess\", \"thread\": 5, \"threadName\": \"loop\","
                                + " \"created\": 1793783287.023456, \"msecs\": 23.0, \"lineno\": 12, \"funcName\": \"run\","
                                + " \"stack_info\": null, \"exc_info\": null, \"exc_text\": null, \"args\": [],"
                                + " \"msg\": \"no action\", \"timestamp\": null, \"taskName\": null}");
    }

    @Test
    void howLongTheProgramRunsIsAFraction() {
        assertThat(json(fields("relativeCreated"), Mapping.empty(), ENTRY))
                .matches("\\{\"relativeCreated\": -?[0-9]+\\.[0-9]+}");
    }

    @Test
    void constantsComeLastReplaceFieldsAndMayBeNull() {
        Mapping constants = Mapping.empty()
                .with("app", "x")
                .with("message", "mine")
                .with("nothing", new Value.Null())
                .with(
                        "list",
                        new Value.Sequence(List.of(Value.of(1), Mapping.empty().with("a", true))));
        assertThat(json(fields("message", "levelname"), constants, ENTRY))
                .isEqualTo("{\"message\": \"mine\", \"levelname\": \"INFO\", \"app\": \"x\", \"nothing\": null,"
                        + " \"list\": [1, {\"a\": true}]}");
    }

    @Test
    void theStackTraceHasThePlaceAndTheNameThatItIsGiven() {
        String trace = "\"java.lang.IllegalStateException: it broke\\n\\tat A.b(A.java:3)\"";
        assertThat(json(
                        List.of(new Field("exc_info", "trace"), new Field("levelname", "levelname")),
                        Mapping.empty(),
                        failed()))
                .isEqualTo("{\"trace\": " + trace + ", \"levelname\": \"ERROR\"}");
        assertThat(json(fields("levelname"), Mapping.empty(), failed()))
                .isEqualTo("{\"levelname\": \"ERROR\", \"exc_info\": " + trace + "}");
    }
}
