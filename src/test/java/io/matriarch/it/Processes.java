package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Looks for processes, as the kernel knows them. */
final class Processes {
    private Processes() {}

    /** Those with such a command line, its words ended by a NUL each. */
    static List<Long> where(Predicate<String> commandLine) {
        return those(process ->
                commandLine.test(new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)));
    }

    /** Those with a working directory that begins so: a server of PostgreSQL, whatever it calls itself. */
    static List<Long> workingBelow(String beginning) {
        return those(process ->
                Files.readSymbolicLink(process.resolve("cwd")).toString().startsWith(beginning));
    }

    private interface Look {
        boolean fits(Path process) throws IOException;
    }

    private static List<Long> those(Look look) {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    if (look.fits(process)) {
                        found.add(Long.parseLong(process.getFileName().toString()));
                    }
                } catch (IOException ended) {
                    // it has ended meanwhile, or is the kernel's own
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
