import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The C code that the linker puts into an image, compiled from runtime.c, and the JDK's own C libraries.
 *
 * The builder links static libraries, and a JDK has shared objects only. So each lib&lt;name&gt;.a made here holds the
 * shared object as data, a constructor that loads it from memory before main (runtime.c), and for each of its
 * functions a jump through a table that the constructor fills. The executable stays one file.
 */
final class JdkLibraries {
    /** Earlier ones are needed by later ones. */
    private static final List<String> LIBRARIES =
            List.of("java", "net", "nio", "zip", "extnet", "management", "management_ext", "jaas", "prefs");

    /** Of constructors; runtime.c loads libjvm.so at 101. */
    private static final int FIRST_ORDER = 102;

    private static final String ANSWER_JNI_1_8 = "movl $0x00010008, %eax";
    private static final String NO_EXECUTABLE_STACK = ".section .note.GNU-stack, \"\", @progbits";

    private final Path original;
    private final Path jdk;
    private final Path runtime;
    private final Path objects;

    /** @param objects a folder for what is only needed meanwhile */
    JdkLibraries(Path original, Path jdk, Path runtime, Path objects) {
        this.original = original;
        this.jdk = jdk;
        this.runtime = runtime;
        this.objects = objects;
    }

    /** @param helperFolder has the written headers; gets the libraries that aren't the JDK's */
    void build(Path helperFolder) throws IOException, InterruptedException {
        Path headers = helperFolder.resolve("include");
        archive(helperFolder.resolve("liblibchelper.a"), compile("helper", "-DPART=HELPER", "-I" + headers));
        Path reporter = Files.createDirectories(jdk.resolve("lib/svm/builder/lib")).resolve("libreporterchelper.so");
        Commands.run("gcc", "-shared", "-o", reporter.toString(), compile("reporter", "-DPART=REPORTER"));
        buildJvm(helperFolder.resolve("libjvm.a"));
        Path folder = Files.createDirectories(
                jdk.resolve("lib/static").resolve(Builder.PLATFORM).resolve("glibc"));
        for (int i = 0; i < LIBRARIES.size(); i++) {
            buildLibrary(LIBRARIES.get(i), FIRST_ORDER + i, folder);
        }
    }

    /** The functions that the JDK's libraries call and runtime.c doesn't have say so and abort. */
    private void buildJvm(Path archive) throws IOException, InterruptedException {
        String jvm = compile("jvm", "-DPART=JVM");
        SortedSet<String> missing = new TreeSet<>();
        for (String library : LIBRARIES) {
            symbols("-D", "--undefined-only", sharedObject(library))
                    .filter(name -> name.startsWith("JVM_") || name.startsWith("jio_"))
                    .forEach(missing::add);
        }
        symbols("--defined-only", jvm).forEach(missing::remove);
        List<String> lines = new ArrayList<>(List.of(".text"));
        for (String name : missing) {
            lines.addAll(function(name, "leaq 1f(%rip), %rdi", "jmp matriarchUnsupported@PLT"));
            lines.add("1: .asciz \"" + name + "\"");
        }
        lines.add(NO_EXECUTABLE_STACK);
        String unsupported = assemble("unsupported", lines);
        // the JDK's libraries ask for this version of each function
        Path versions = Files.writeString(objects.resolve("versions"), "SUNWprivate_1.1 { global: *; };\n");
        Path shared = objects.resolve("libjvm.so");
        Commands.run(
                "gcc",
                "-shared",
                "-Wl,-soname,libjvm.so",
                "-Wl,--version-script=" + versions,
                "-o",
                shared.toString(),
                jvm,
                unsupported,
                "-lpthread",
                "-ldl");
        List<String> data = new ArrayList<>(contents("jvm", shared.toString()));
        data.add(NO_EXECUTABLE_STACK);
        archive(archive, jvm, unsupported, compile("loader", "-DPART=LOADER"), assemble("jvm-data", data));
    }

    private void buildLibrary(String library, int order, Path folder) throws IOException, InterruptedException {
        String shared = sharedObject(library);
        List<String> names = symbols("-D", "--defined-only", shared)
                .filter(name -> !name.startsWith("_") && !name.startsWith("jio_") && !name.startsWith("SUNWprivate"))
                .toList();
        List<String> lines = new ArrayList<>(List.of(".text"));
        for (int i = 0; i < names.size(); i++) {
            lines.addAll(jump(library, names.get(i), symbol(library, "slots") + "+" + Long.BYTES * i + "(%rip)"));
        }
        if (!names.contains("JNI_OnLoad")) {
            lines.addAll(function("JNI_OnLoad_" + library, ANSWER_JNI_1_8, "ret"));
        }
        lines.addAll(contents(library, shared));
        lines.add(label(symbol(library, "names")));
        names.forEach(name -> lines.add(".asciz \"" + name + "\""));
        lines.addAll(List.of(".byte 0", ".bss", ".balign 8", label(symbol(library, "slots"))));
        lines.add(".zero " + Long.BYTES * names.size());
        lines.add(NO_EXECUTABLE_STACK);
        String table = assemble(library, lines);
        String constructor = compile(library + "-load", "-DPART=LIBRARY", "-DNAME=" + library, "-DORDER=" + order);
        // in one object, so that whoever needs a function gets the constructor too
        String both = objects.resolve(library + "-all.o").toString();
        Commands.run("ld", "-r", "-o", both, table, constructor);
        archive(folder.resolve("lib" + library + ".a"), both);
    }

    private static List<String> jump(String library, String name, String slot) {
        return switch (name) {
            // a library in the executable must answer JNI 1.8 or later, whatever the shared object answers
            case "JNI_OnLoad" ->
                function(
                        name + "_" + library,
                        "subq $8, %rsp",
                        "call *" + slot,
                        ANSWER_JNI_1_8,
                        "addq $8, %rsp",
                        "ret");
            case "JNI_OnUnload" -> function(name + "_" + library, "jmp *" + slot);
            default -> function(name, "jmp *" + slot);
        };
    }

    private static List<String> function(String name, String... body) {
        List<String> lines = new ArrayList<>(List.of(".type " + name + ", @function", label(name)));
        lines.addAll(List.of(body));
        lines.add(".size " + name + ", .-" + name);
        return lines;
    }

    private static List<String> contents(String library, String sharedObject) {
        return List.of(
                ".section .rodata",
                ".balign 16",
                label(symbol(library, "start")),
                ".incbin \"" + sharedObject + "\"",
                label(symbol(library, "end")),
                ".byte 0");
    }

    private static String label(String name) {
        return ".globl " + name + "\n" + name + ":";
    }

    /** As runtime.c names them. */
    private static String symbol(String library, String what) {
        return "library_" + library + "_" + what;
    }

    private String sharedObject(String library) {
        return original.resolve("lib/lib" + library + ".so").toString();
    }

    private static Stream<String> symbols(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("nm", "--format=posix"));
        command.addAll(List.of(arguments));
        return Commands.output(command.toArray(String[]::new))
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length > 1 && "TtWiU".contains(words[1]))
                .map(words -> words[0].replaceFirst("@.*", ""))
                .distinct();
    }

    private String compile(String name, String... options) throws IOException, InterruptedException {
        String object = objects.resolve(name + ".o").toString();
        List<String> command = new ArrayList<>(List.of("gcc", "-c", "-O2", "-fPIC", "-Wall", "-Wextra", "-Werror"));
        command.addAll(List.of(options));
        command.addAll(List.of("-I" + original.resolve("include"), "-I" + original.resolve("include/linux")));
        command.addAll(List.of("-o", object, runtime.toString()));
        Commands.run(command.toArray(String[]::new));
        return object;
    }

    private String assemble(String name, List<String> lines) throws IOException, InterruptedException {
        Path source = Files.write(objects.resolve(name + ".s"), lines);
        String object = objects.resolve(name + ".o").toString();
        Commands.run("gcc", "-c", "-o", object, source.toString());
        return object;
    }

    private static void archive(Path archive, String... objects) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ar", "rcs", archive.toString()));
        command.addAll(List.of(objects));
        Commands.run(command.toArray(String[]::new));
    }
}
