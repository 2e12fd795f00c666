import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ConstantDescs;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URISyntaxException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * GraalVM's image builder, made of its jars in Maven Central, a copy of this JDK and runtime.c.
 *
 * The folder {@code native-builder-HASH} in the user's cache is complete as soon as it exists. HASH stands for
 * everything that it's made of, so nobody ever has to remove it to get a new one.
 */
final class Builder {
    static final String PLATFORM = "linux-amd64";
    private static final int JDK = 25;

    /**
     * The newest update of the JDK that GRAAL's replacements of its classes fit. That of 25.0.5 has the native method
     * {@code Reference.get0}, which neither 25.0.2 nor 25.0.4 of GraalVM replaces: the agent stops at its first use.
     */
    private static final int NEWEST_UPDATE = 3;
    private static final String GRAAL = "25.0.2";
    private static final String COMPILER = "compiler-" + GRAAL + ".jar";
    private static final String RUNTIME = "runtime.c";
    private static final List<String> PARTS =
            List.of(
            "Builder.java",
            "JdkLibraries.java",
            "JniHeaders.java",
            "ObjectFiles.java",
            "StaticLibraries.java",
            RUNTIME,
            "pom.xml",
            "checksums.txt");

    /** The builder's modules, which look into the JDK's. */
    private static final String BUILDER_MODULES = String.join(
            ",",
            "org.graalvm.collections",
            "org.graalvm.word",
            "org.graalvm.nativeimage",
            "org.graalvm.nativeimage.base",
            "org.graalvm.nativeimage.builder",
            "org.graalvm.nativeimage.objectfile",
            "org.graalvm.nativeimage.pointsto",
            "org.graalvm.nativeimage.configure",
            "org.graalvm.nativeimage.libgraal",
            "org.graalvm.truffle.compiler",
            "org.graalvm.espresso.shared.svm",
            "org.graalvm.nativeimage.shaded.capnproto",
            "jdk.graal.compiler");

    /** Files of a JDK that compiling an image doesn't need. */
    private static final String LEFT_OUT = "(jmods|man|demo|sample|legal)(/.*)?|lib/(src.zip|ct.sym)|bin/(?!java$).+";

    private final Path home;
    private final Libc libc;

    private Builder(Path home, Libc libc) {
        this.home = home;
        this.libc = libc;
    }

    /** @throws BuildProblem if something is missing on this machine */
    static Builder assembled(Libc libc) throws IOException, InterruptedException {
        checkMachine(libc);
        Path sources = sources();
        Path cache = cache();
        Path home = cache.resolve("native-builder-" + hash(sources, libc));
        if (!Files.isDirectory(home)) {
            Path unfinished = Files.createTempDirectory(Files.createDirectories(cache), "native-builder-unfinished-");
            try {
                new Builder(unfinished, libc).assemble(sources);
                moveUnlessThere(unfinished, home);
            } finally {
                delete(unfinished);
            }
        }
        return new Builder(home, libc);
    }

    /** The start of the command that runs the builder; more options for its JVM and the main class follow. */
    List<String> java() {
        return List.of(
                jdk().resolve("bin/java").toString(),
                "-Xmx6g",
                "-Xss10m",
                "-XX:+UseParallelGC",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:+EnableJVMCI",
                "-XX:-UseJVMCICompiler",
                "-Duser.country=US",
                "-Duser.language=en",
                "-Djdk.internal.lambda.disableEagerInitialization=true",
                "-Dsubstratevm.IgnoreGraalVersionCheck=true",
                "-Djava.system.class.loader=com.oracle.svm.hosted.NativeImageSystemClassLoader",
                "-Dorg.graalvm.nativeimage.imagecode=buildtime",
                "-Dgraalvm.home=" + jdk(),
                "-Dorg.graalvm.version=" + GRAAL,
                // Quarkus reads this one while the image is built
                "-Dorg.graalvm.vendorversion=GraalVM CE " + GRAAL,
                // without it the executable ends at once: 'platform encoding not initialized'
                "--enable-native-access=org.graalvm.nativeimage.builder",
                "--add-modules=ALL-DEFAULT",
                "@" + home.resolve("exports.args"),
                "--module-path",
                home.resolve("modules").toString(),
                "--upgrade-module-path",
                home.resolve("compiler").toString());
    }

    /** Options of the image that this builder needs and a distribution doesn't. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of(
                "-H:CLibraryPath=" + helperFolder(),
                "-H:+UnlockExperimentalVMOptions",
                // the library that reads a container's limits isn't in a JDK: heap sizes are fixed in the image
                "-H:-UseContainerSupport"));
        if (libc == Libc.MUSL) {
            // musl gives a thread 128 kB if nobody says otherwise
            options.add("-H:NativeLinkerOption=-Wl,-z,stack-size=1048576");
            options.add("-H:CCompilerOption=-idirafter/usr/include");
            options.add("-H:CCompilerOption=-idirafter/usr/include/x86_64-linux-gnu");
        }
        return options;
    }

    private Path jdk() {
        return home.resolve("jdk");
    }

    private Path helperFolder() {
        return jdk().resolve("lib/svm/clibraries").resolve(PLATFORM);
    }

    private static void checkMachine(Libc libc) throws IOException, InterruptedException {
        if (!System.getProperty("os.name").equals("Linux") || !System.getProperty("os.arch").equals("amd64")) {
            throw new BuildProblem("this builder works on Linux on amd64 only: set GRAALVM_HOME to a distribution");
        }
        if (Runtime.version().feature() != JDK) {
            throw new BuildProblem("JAVA_HOME must be a JDK " + JDK + " (apt-get install openjdk-25-jdk-headless, or"
                    + " temurin-25-jdk), not " + System.getProperty("java.home"));
        }
        if (Runtime.version().update() > NEWEST_UPDATE) {
            throw new BuildProblem("GraalVM " + GRAAL + "'s builder doesn't fit a JDK newer than " + JDK + ".0." + NEWEST_UPDATE
                    + ", and " + System.getProperty("java.home") + " is " + Runtime.version()
                    + ": set JAVA_HOME to an older one, or GRAALVM_HOME to a distribution");
        }
        Commands.requireAll("gcc", "ld", "ar", "nm", "mvn");
        Commands.requireHeader("stdio.h", "libc6-dev");
        Commands.requireHeader("zlib.h", "zlib1g-dev");
        if (libc == Libc.MUSL) {
            Commands.requireAll(libc.compiler());
        }
    }

    private static Path sources() {
        try {
            return Path.of(Builder.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath()
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path cache() {
        String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path base = cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return base.resolve("matriarch").toAbsolutePath();
    }

    private static String hash(Path sources, Libc libc) throws IOException, InterruptedException {
        MessageDigest digest = sha256();
        for (String part : PARTS) {
            digest.update(Files.readAllBytes(sources.resolve(part)));
        }
        digest.update(Files.readAllBytes(originalJdk().resolve("release")));
        digest.update(Commands.output("gcc", "-dumpfullversion").getBytes());
        digest.update(libc.toString().getBytes());
        if (libc == Libc.MUSL) {
            sourcesOfLibraries().update(digest);
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private static Path originalJdk() {
        return Path.of(System.getProperty("java.home"));
    }

    private void assemble(Path sources) throws IOException, InterruptedException {
        System.out.println("Assembling the image builder, once for this machine: half a minute");
        copyJdk();
        fetchJars(sources);
        writeExports();
        Path include = Files.createDirectories(helperFolder().resolve("include"));
        writeCpuFeatures(include);
        writeLocale(include);
        Path folder = Files.createDirectory(home.resolve("objects"));
        ObjectFiles objects = new ObjectFiles(libc.compiler(), sources.resolve(RUNTIME), folder);
        switch (libc) {
            case GLIBC -> new JdkLibraries(originalJdk(), jdk(), objects).build(helperFolder());
            case MUSL -> new StaticLibraries(sourcesOfLibraries(), jdk(), objects).build(helperFolder());
        }
        buildReporter(new ObjectFiles(Libc.GLIBC.compiler(), sources.resolve(RUNTIME), folder));
        delete(folder);
    }

    private static StaticLibraries.Sources sourcesOfLibraries() {
        return new StaticLibraries.Sources(folderIn("JDK_SOURCE"), folderIn("ZLIB_SOURCE"));
    }

    private static Path folderIn(String variable) {
        String folder = System.getenv().getOrDefault(variable, "");
        if (folder.isBlank() || !Files.isDirectory(Path.of(folder))) {
            throw new BuildProblem(variable + " must name a folder with sources, not '" + folder
                    + "': native/build --static fetches them");
        }
        return Path.of(folder).toAbsolutePath();
    }

    /** Runs in the builder itself, on this machine's C library. */
    private void buildReporter(ObjectFiles objects) throws IOException, InterruptedException {
        Path reporter = Files.createDirectories(jdk().resolve("lib/svm/builder/lib")).resolve("libreporterchelper.so");
        Commands.run("gcc", "-shared", "-o", reporter.toString(), objects.part("REPORTER"));
    }

    private void copyJdk() throws IOException {
        Path original = originalJdk();
        try (Stream<Path> files = Files.walk(original, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path relative = original.relativize(file);
                if (Files.isRegularFile(file) && !relative.toString().matches(LEFT_OUT)) {
                    Path copy = jdk().resolve(relative);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private void fetchJars(Path sources) throws IOException, InterruptedException {
        Path modules = home.resolve("modules");
        Commands.run(
                "mvn",
                "-q",
                "-B",
                "-f",
                sources.resolve("pom.xml").toString(),
                "dependency:copy-dependencies",
                "-DoutputDirectory=" + modules);
        Path checksums = sources.resolve("checksums.txt");
        Map<String, String> expected = Files.readAllLines(checksums).stream()
                .map(line -> line.split(" +"))
                .collect(Collectors.toMap(words -> words[1], words -> words[0], (a, b) -> a, TreeMap::new));
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> jars = Files.list(modules)) {
            for (Path jar : (Iterable<Path>) jars::iterator) {
                byte[] sum = sha256().digest(Files.readAllBytes(jar));
                found.put(jar.getFileName().toString(), HexFormat.of().formatHex(sum));
            }
        }
        if (!found.equals(expected)) {
            found.entrySet().removeAll(expected.entrySet());
            throw new BuildProblem("Maven fetched other jars than " + checksums + " lists: "
                    + (found.isEmpty() ? "some are missing" : found));
        }
        Path compiler = Files.createDirectory(home.resolve("compiler"));
        Files.move(modules.resolve(COMPILER), compiler.resolve(COMPILER));
    }

    /** Exports and opens all packages of this JDK's modules to the builder's. */
    private void writeExports() throws IOException {
        List<String> lines = ModuleFinder.ofSystem().findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(module -> !BUILDER_MODULES.contains(module.name()))
                .flatMap(module -> module.packages().stream().map(each -> module.name() + "/" + each))
                .sorted()
                .flatMap(each -> Stream.of("--add-exports=", "--add-opens=")
                        .map(option -> option + each + "=" + BUILDER_MODULES))
                .toList();
        Files.write(home.resolve("exports.args"), lines);
    }

    /** One field for each CPU feature that the builder's interface asks for; it wants the headers of all architectures. */
    private void writeCpuFeatures(Path include) throws IOException {
        try (ZipFile jar = new ZipFile(
                home.resolve("modules/svm-" + GRAAL + ".jar").toFile())) {
            for (String architecture : List.of("AMD64", "AArch64", "RISCV64")) {
                String folder = architecture.toLowerCase(Locale.ROOT);
                String asking = "com/oracle/svm/core/" + folder + "/" + architecture + "LibCHelper$CPUFeatures.class";
                try (InputStream file = jar.getInputStream(jar.getEntry(asking))) {
                    List<String> fields = featureNames(file.readAllBytes());
                    writeStruct(include.resolve(folder + "cpufeatures.h"), "char", fields, "CPUFeatures");
                }
            }
        }
    }

    private static List<String> featureNames(byte[] asking) {
        return ClassFile.of().parse(asking).methods().stream()
                .filter(method -> method.methodTypeSymbol().returnType().equals(ConstantDescs.CD_boolean))
                .map(method -> method.methodName().stringValue())
                .filter(name -> name.startsWith("f"))
                .toList();
    }

    private static void writeLocale(Path include) throws IOException {
        List<String> fields = Stream.of("display", "format")
                .flatMap(kind -> Stream.of("language", "script", "country", "variant").map(each -> kind + "_" + each))
                .toList();
        writeStruct(include.resolve("svm_locale.h"), "const char *", fields, "svm_locale_props_t");
    }

    private static void writeStruct(Path file, String type, List<String> fields, String name) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("#pragma once");
        lines.add("#define SVM_LOCALE_INITIALIZATION_SUCCEEDED 0");
        lines.add("#define SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY 1");
        lines.add("typedef struct {");
        fields.forEach(field -> lines.add("    " + type + " " + field + ";"));
        lines.add("} " + name + ";");
        Files.write(file, lines);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }

    /** Somebody else may have finished the same builder meanwhile: that one is as good. */
    private static void moveUnlessThere(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(to)) {
                throw e;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
