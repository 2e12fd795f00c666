import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * What a distribution's native-image command does: turns its options into the builder's, takes the class path from
 * the jar's manifest, and collects META-INF/native-image of each jar on it.
 */
final class Launcher {
    private static final Map<String, String> OPTIONS = Map.of(
            "--features=", "-H:Features=",
            "--enable-url-protocols=", "-H:EnableURLProtocols=",
            "--enable-monitoring=", "-H:EnableMonitoringFeatures=",
            "--enable-native-access=", "-H:EnableNativeAccess=",
            "--link-at-build-time=", "-H:LinkAtBuildTime=",
            "--add-exports=", "-H:AddExports=",
            "--add-opens=", "-H:AddOpens=",
            "--libc=", "-H:UseLibC=",
            "-march=", "-H:MicroArchitecture=",
            "-O", "-H:Optimize=");

    private static final Map<String, String> METADATA = Map.of(
            "reflect-config.json", "ReflectionConfigurationResources",
            "jni-config.json", "JNIConfigurationResources",
            "resource-config.json", "ResourceConfigurationResources",
            "proxy-config.json", "DynamicProxyConfigurationResources",
            "serialization-config.json", "SerializationConfigurationResources",
            "reachability-metadata.json", "ReachabilityMetadataResources");

    private static final String IN_JAR = "META-INF/native-image/";

    /** Files below META-INF/native-image that Quarkus replaces by its own: both are regular expressions. */
    private record Exclusion(String jar, String file) {
        boolean covers(Path someJar, String someFile) {
            return someJar.toString().matches(".*" + jar + ".*") && ("/" + someFile).matches(".*" + file + ".*");
        }
    }

    private final Builder builder;
    private final Path folder;
    private final List<String> javaOptions = new ArrayList<>();
    private final List<String> metadata = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final List<Exclusion> exclusions = new ArrayList<>();

    /** @param folder where the jar is, and where the executable goes */
    Launcher(Builder builder, Path folder) {
        this.builder = builder;
        this.folder = folder;
    }

    /** The command that runs the builder; the arguments end in {@code NAME -jar JAR}. */
    List<String> command(List<String> arguments) throws IOException {
        int last = arguments.size() - 1;
        String name = arguments.get(last - 2);
        Path jar = folder.resolve(arguments.get(last));
        for (int i = 0; i < last - 2; i++) {
            String argument = arguments.get(i);
            if (argument.equals("--exclude-config")) {
                exclusions.add(new Exclusion(arguments.get(++i), arguments.get(++i)));
            } else if (argument.startsWith("-J")) {
                javaOptions.add(argument.substring(2));
            } else {
                options.addAll(translated(argument));
            }
        }
        Manifest manifest = readManifest(jar);
        addPackages(manifest, "Opens");
        addPackages(manifest, "Exports");
        List<Path> classPath = new ArrayList<>(List.of(jar));
        words(manifest, "Class-Path").map(folder::resolve).filter(Files::isRegularFile).forEach(classPath::add);
        for (Path each : classPath) {
            addMetadata(each);
        }
        List<String> command = new ArrayList<>(builder.java());
        command.addAll(javaOptions);
        command.addAll(List.of("-m", "org.graalvm.nativeimage.builder/com.oracle.svm.hosted.NativeImageGeneratorRunner"));
        command.addAll(List.of("-imagecp", String.join(":", classPath.stream().map(Path::toString).toList())));
        command.add("-H:Path=" + folder);
        command.add("-H:Name=" + name);
        command.add("-H:Class=" + manifest.getMainAttributes().getValue("Main-Class"));
        command.add("-H:ImageBuildID=" + UUID.randomUUID());
        command.addAll(builder.options());
        command.addAll(metadata);
        command.addAll(options);
        return command;
    }

    private static List<String> translated(String argument) {
        if (argument.startsWith("-H:") || argument.startsWith("-R:") || argument.startsWith("-D")) {
            return List.of(argument);
        }
        if (argument.equals("--no-fallback")) {
            return List.of("-H:FallbackThreshold=0");
        }
        if (argument.equals("--static")) {
            return List.of("-H:+StaticExecutable");
        }
        if (argument.equals("--static-nolibc")) {
            return List.of("-H:+StaticExecutableWithDynamicLibC");
        }
        if (argument.equals("--link-at-build-time")) {
            return List.of("-H:LinkAtBuildTime=");
        }
        if (argument.startsWith("--initialize-at-build-time")) {
            return initialization(argument, "build_time");
        }
        if (argument.startsWith("--initialize-at-run-time")) {
            return initialization(argument, "run_time");
        }
        return OPTIONS.entrySet().stream()
                .filter(option -> argument.startsWith(option.getKey()))
                .map(option -> List.of(
                        option.getValue() + argument.substring(option.getKey().length())))
                .findFirst()
                .orElseThrow(() -> new BuildProblem(
                        "native/Launcher.java doesn't know the argument " + argument + ": add its translation"));
    }

    /** Without a list of packages, the option is for all of them. */
    private static List<String> initialization(String argument, String when) {
        String packages = argument.contains("=") ? argument.substring(argument.indexOf('=') + 1) : "";
        return List.of("-H:ClassInitialization="
                + String.join(
                        ",",
                        Arrays.stream(packages.split(","))
                                .map(each -> each + ":" + when)
                                .toList()));
    }

    private static Manifest readManifest(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest();
        }
    }

    private static Stream<String> words(Manifest manifest, String entry) {
        String value = manifest.getMainAttributes().getValue(entry);
        return value == null || value.isBlank() ? Stream.empty() : Arrays.stream(value.strip().split(" +"));
    }

    /** What the manifest opens is open to the builder, which runs some of the code, and in the executable. */
    private void addPackages(Manifest manifest, String kind) {
        words(manifest, "Add-" + kind).forEach(each -> {
            javaOptions.add("--add-" + kind.toLowerCase() + "=" + each + "=ALL-UNNAMED");
            options.add("-H:Add" + kind + "=" + each + "=ALL-UNNAMED");
        });
    }

    private void addMetadata(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<JarEntry> entries = file.stream()
                    .filter(entry -> entry.getName().startsWith(IN_JAR))
                    .filter(entry -> exclusions.stream().noneMatch(each -> each.covers(jar, entry.getName())))
                    .toList();
            for (JarEntry entry : entries) {
                String path = entry.getName();
                String name = path.substring(path.lastIndexOf('/') + 1);
                if (METADATA.containsKey(name)) {
                    metadata.add("-H:" + METADATA.get(name) + "=" + path);
                } else if (name.equals("native-image.properties")) {
                    addProperties(path.substring(0, path.lastIndexOf('/')), load(file, entry));
                }
            }
        }
    }

    private static Properties load(JarFile file, JarEntry entry) {
        Properties properties = new Properties();
        try (InputStream text = file.getInputStream(entry)) {
            properties.load(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    private void addProperties(String itsFolder, Properties properties) {
        arguments(properties, "JavaArgs").forEach(javaOptions::add);
        arguments(properties, "Args").forEach(argument -> {
            if (argument.startsWith("-J")) {
                javaOptions.add(argument.substring(2));
            } else {
                metadata.addAll(translated(argument.replace("${.}", itsFolder)));
            }
        });
    }

    private static Stream<String> arguments(Properties properties, String key) {
        return Arrays.stream(properties.getProperty(key, "").split("\\s+")).filter(each -> !each.isEmpty());
    }
}
