package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Commands as a document has them, and scripts of the repository, with the environment that they are run in. */
record DocumentedCommands(Map<String, String> environment) {
    /** The first indented block of a document that has this beginning, as one script. */
    static String block(String document, String beginning) throws IOException {
        return Stream.of(Files.readString(Path.of(document).toAbsolutePath()).split("\n\n", -1))
                .filter(block -> block.startsWith("    " + beginning))
                .findFirst()
                .orElseThrow();
    }

    /** By bash, which ends at the first command that fails. */
    void run(String script) throws IOException, InterruptedException {
        Programs.Result result = Programs.run(
                List.of("bash", "-euc", "cd " + Path.of("").toAbsolutePath() + "\n" + script), environment);
        assertThat(result.code()).as("%s: %s", script, result.output()).isZero();
    }
}
