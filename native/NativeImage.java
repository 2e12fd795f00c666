import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the native executable out of what Quarkus wrote to target/native-sources.
 *
 * <pre>java native/NativeImage.java target/native-sources target/matriarch [ARGUMENT ...]</pre>
 *
 * Further arguments are native-image's, and come after those in native-image.args. The native-image of GRAALVM_HOME, or
 * of the JDK that runs this, does the work; where there is none, a builder that {@link Builder} assembles.
 */
final class NativeImage {
    private NativeImage() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 2) {
            System.err.println("usage: java native/NativeImage.java NATIVE_SOURCES EXECUTABLE [ARGUMENT ...]");
            System.exit(2);
        }
        try {
            run(
                    Path.of(arguments[0]).toAbsolutePath(),
                    Path.of(arguments[1]).toAbsolutePath(),
                    List.of(arguments).subList(2, arguments.length));
        } catch (BuildProblem problem) {
            System.err.println("native-image: " + problem.getMessage());
            System.exit(1);
        }
    }

    private static void run(Path sources, Path executable, List<String> further)
            throws IOException, InterruptedException {
        Path written = sources.resolve("native-image.args");
        if (!Files.exists(written)) {
            throw new BuildProblem(written + " is missing: Quarkus writes it in `mvn package -Dnative`");
        }
        List<String> quarkus = List.of(Files.readString(written).strip().split(" +"));
        int name = quarkus.indexOf("-jar") - 1;
        List<String> arguments = new ArrayList<>(quarkus);
        arguments.addAll(name, further);
        String home = System.getenv().getOrDefault("GRAALVM_HOME", System.getProperty("java.home"));
        Path ofDistribution = Path.of(home, "bin", "native-image");
        List<String> command = new ArrayList<>();
        if (!Files.isExecutable(ofDistribution)) {
            Libc libc = further.contains("--libc=musl") ? Libc.MUSL : Libc.GLIBC;
            command.addAll(new Launcher(Builder.assembled(libc), sources).command(arguments));
        } else {
            command.add(ofDistribution.toString());
            if (!further.contains("--static")) {
                // as the builder without a distribution makes it: nothing but the C library is loaded
                arguments.add(name, "--static-nolibc");
            }
            command.addAll(arguments);
        }
        Commands.runIn(sources, command);
        Files.copy(
                sources.resolve(quarkus.get(name)),
                executable,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
    }
}
