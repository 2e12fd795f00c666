import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a fully static executable is linked with: the JDK's C libraries and zlib, compiled for musl from their
 * sources, and runtime.c.
 *
 * The sources may be of a neighbouring version of the JDK: this JDK's classes say which functions with which
 * parameters they want ({@link JniHeaders}), and the C compiler compares. A function that differs is left out: the
 * linker fails if the executable needs it.
 */
final class StaticLibraries {
    static final String COMPILER = "x86_64-linux-musl-gcc";

    /** @param dependencies whose headers it includes */
    private record Library(String name, String module, String... dependencies) {}

    private static final List<Library> LIBRARIES = List.of(
            new Library("java", "java.base"),
            new Library("net", "java.base", "java"),
            new Library("nio", "java.base", "java", "net"),
            new Library("zip", "java.base", "java"),
            new Library("extnet", "jdk.net", "java", "net"),
            new Library("management", "java.management", "java"),
            new Library("management_ext", "jdk.management", "java", "management"),
            new Library("jaas", "jdk.security.auth", "java"),
            new Library("prefs", "java.prefs", "java"));

    private static final List<String> SYSTEMS = List.of("share", "unix", "linux");

    /** runtime.c has its functions. */
    private static final String LEFT_OUT = "jio.c";

    private static final Pattern INCLUDE = Pattern.compile("#include \"(\\w+\\.h)\"");
    private static final Pattern DIFFERS = Pattern.compile("error: conflicting types for .(\\w+).;");

    /** As the JDK's makefiles have them for Linux on this processor, and as zlib wants them. */
    private static final List<String> OPTIONS = List.of(
            "-ffunction-sections",
            "-fdata-sections",
            "-fno-strict-aliasing",
            "-Werror=implicit-function-declaration",
            "-D_GNU_SOURCE",
            "-D_REENTRANT",
            "-D_LARGEFILE64_SOURCE",
            "-D_FILE_OFFSET_BITS=64",
            "-D_LP64=1",
            "-D_LITTLE_ENDIAN",
            "-DLINUX",
            "-DNDEBUG",
            "-DUSE_MMAP",
            "-DSTATIC_BUILD=1",
            "-DARCHPROPNAME=\"amd64\"",
            "-DVERSION_STRING=\"" + Runtime.version() + "\"",
            "-DHAVE_UNISTD_H",
            // the kernel's headers, which musl's package lacks
            "-idirafter",
            "/usr/include",
            "-idirafter",
            "/usr/include/x86_64-linux-gnu");

    /** Folders with the JDK's source (its src is in it) and zlib's. */
    record Sources(Path jdk, Path zlib) {
        void update(MessageDigest digest) throws IOException {
            for (Path folder : List.of(jdk.resolve("src"), zlib)) {
                for (Path file : endingIn(".c", folder, Integer.MAX_VALUE)) {
                    digest.update(Files.readAllBytes(file));
                }
            }
        }
    }

    private final Sources sources;
    private final Path jdk;
    private final ObjectFiles objects;
    private final Path headers;
    private final SortedSet<String> needed = new TreeSet<>();
    private final SortedSet<String> defined = new TreeSet<>();

    StaticLibraries(Sources sources, Path jdk, ObjectFiles objects) throws IOException {
        this.sources = sources;
        this.jdk = jdk;
        this.objects = objects;
        this.headers = Files.createDirectory(objects.folder().resolve("headers"));
    }

    /** @param helperFolder has the written headers; gets the libraries that aren't the JDK's */
    void build(Path helperFolder) throws IOException, InterruptedException {
        writeHeaders();
        Path folder = Files.createDirectories(
                jdk.resolve("lib/static").resolve(Builder.PLATFORM).resolve("musl"));
        for (Library library : LIBRARIES) {
            List<String> compiled = new ArrayList<>();
            for (Path file : files(library, ".c")) {
                if (!file.endsWith(LEFT_OUT)) {
                    compiled.add(compile(file, options(library)));
                }
            }
            archive(folder.resolve("lib" + library.name() + ".a"), compiled);
        }
        List<String> zlib = new ArrayList<>();
        for (Path file : endingIn(".c", sources.zlib(), 1)) {
            zlib.add(compile(file, OPTIONS));
        }
        archive(folder.resolve("libz.a"), zlib);
        objects.archive(
                helperFolder.resolve("liblibchelper.a"),
                objects.part("HELPER", "-I" + helperFolder.resolve("include")));
        String jvm = objects.part("JVM");
        ObjectFiles.symbols("--defined-only", jvm).forEach(defined::add);
        needed.removeAll(defined);
        objects.archive(helperFolder.resolve("libjvm.a"), jvm, objects.unsupported(needed));
    }

    /** The headers that the sources include and that are made of this JDK's classes. */
    private void writeHeaders() throws IOException {
        JniHeaders classes = new JniHeaders(
                LIBRARIES.stream().map(Library::module).distinct().toList());
        for (Library library : LIBRARIES) {
            for (String ending : List.of(".c", ".h")) {
                for (Path file : files(library, ending)) {
                    for (String header : INCLUDE.matcher(Files.readString(file))
                            .results()
                            .map(found -> found.group(1))
                            .toList()) {
                        classes.write(header, headers);
                    }
                }
            }
        }
    }

    private List<Path> folders(Library library) {
        return SYSTEMS.stream()
                .map(system -> sources.jdk()
                        .resolve("src")
                        .resolve(library.module())
                        .resolve(system)
                        .resolve("native/lib" + library.name()))
                .filter(Files::isDirectory)
                .toList();
    }

    private List<Path> files(Library library, String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders(library)) {
            found.addAll(endingIn(ending, folder, Integer.MAX_VALUE));
        }
        if (found.isEmpty() && ending.equals(".c")) {
            throw new BuildProblem(
                    sources.jdk() + " has no source of lib" + library.name() + ": JDK_SOURCE must name a JDK's sources");
        }
        return found;
    }

    private static List<Path> endingIn(String ending, Path folder, int depth) throws IOException {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private List<String> options(Library library) throws IOException {
        List<String> options = new ArrayList<>(OPTIONS);
        options.addAll(List.of("-DLIBRARY_NAME=" + library.name(), "-I" + headers, "-I" + sources.zlib()));
        options.addAll(ObjectFiles.jniHeaders());
        options.add("-I" + sources.jdk().resolve("src/hotspot/share/include"));
        options.add("-I" + sources.jdk().resolve("src/hotspot/os/posix/include"));
        List<String> included = List.of(library.dependencies());
        for (Library each : LIBRARIES) {
            if (each == library || included.contains(each.name())) {
                for (Path folder : folders(each)) {
                    try (Stream<Path> within = Files.walk(folder)) {
                        within.filter(Files::isDirectory).forEach(one -> options.add("-I" + one));
                    }
                }
            }
        }
        return options;
    }

    /** Functions that this JDK declares otherwise get another name, which nobody calls. */
    private String compile(Path source, List<String> options) throws IOException, InterruptedException {
        Path object = Files.createTempFile(objects.folder(), source.getFileName().toString(), ".o");
        String said = Commands.said(objects.command(object, source, options));
        if (said.isEmpty()) {
            return object.toString();
        }
        List<String> differing =
                DIFFERS.matcher(said).results().map(found -> found.group(1)).distinct().toList();
        List<String> without = new ArrayList<>(options);
        for (String name : differing) {
            System.out.println(source.getFileName() + ": this JDK declares " + name + " otherwise, and can't call it");
            undeclare(name);
            without.add("-D" + name + "=" + name + "_of_another_version");
        }
        return objects.compile(object, source, without);
    }

    private void undeclare(String function) throws IOException {
        for (Path header : endingIn(".h", headers, 1)) {
            List<String> lines = Files.readAllLines(header);
            if (lines.removeIf(line -> line.contains(" " + function + "("))) {
                Files.write(header, lines);
            }
        }
    }

    private void archive(Path archive, List<String> compiled) throws IOException, InterruptedException {
        objects.archive(archive, compiled.toArray(String[]::new));
        ObjectFiles.symbols("--defined-only", archive.toString()).forEach(defined::add);
        ObjectFiles.symbols("--undefined-only", archive.toString())
                .filter(name -> name.startsWith("JVM_") || name.startsWith("jio_"))
                .forEach(needed::add);
    }
}
