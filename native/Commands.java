import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Other programs that the build calls. */
final class Commands {
    private Commands() {}

    /** Which Debian package has the program. */
    private static final Map<String, String> PACKAGES = Map.of(
            "gcc", "gcc",
            "ld", "binutils",
            "ar", "binutils",
            "nm", "binutils",
            "mvn", "maven",
            StaticLibraries.COMPILER, "musl-tools");

    /** @throws BuildProblem naming the Debian package of a program that isn't there */
    static void requireAll(String... programs) {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String program : programs) {
            boolean found = path.lines()
                    .flatMap(line -> List.of(line.split(":")).stream())
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
            if (!found) {
                throw new BuildProblem(program + " is missing: apt-get install " + PACKAGES.get(program));
            }
        }
    }

    /** @throws BuildProblem naming the Debian package of a C header that isn't there */
    static void requireHeader(String header, String debianPackage) throws IOException, InterruptedException {
        int code = new ProcessBuilder("gcc", "-E", "-include", header, "-x", "c", "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (code != 0) {
            throw new BuildProblem("the C header " + header + " is missing: apt-get install " + debianPackage);
        }
    }

    /** Lets the program write to this one's output. @throws BuildProblem if it fails */
    static void run(String... command) throws IOException, InterruptedException {
        runIn(Path.of("."), List.of(command));
    }

    static void runIn(Path folder, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).inheritIO();
        // the compiler in the builder's jars asks for a JDK of its own version
        builder.environment().put("JVMCI_VERSION_CHECK", "ignore");
        check(command, builder.start().waitFor());
    }

    /** What the program wrote to its standard output. @throws BuildProblem if it fails */
    static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        check(List.of(command), process.waitFor());
        return output;
    }

    /** What the program wrote to its error output, nothing if it succeeded. */
    static String said(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : said + "\n";
    }

    private static void check(List<String> command, int code) {
        if (code != 0) {
            throw new BuildProblem(command.getFirst() + " ended with code " + code);
        }
    }
}
