import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

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

    private final Path original;
    private final Path jdk;
    private final ObjectFiles objects;

    /** @param objects makes what is only needed meanwhile */
    JdkLibraries(Path original, Path jdk, ObjectFiles objects) {
        this.original = original;
        this.jdk = jdk;
        this.objects = objects;
    }

    /** @param helperFolder has the written headers; gets the libraries that aren't the JDK's */
    void build(Path helperFolder) throws IOException, InterruptedException {
        Path headers = helperFolder.resolve("include");
        objects.archive(helperFolder.resolve("liblibchelper.a"), objects.part("HELPER", "-I" + headers));
        buildJvm(helperFolder.resolve("libjvm.a"));
        Path folder = Files.createDirectories(
                jdk.resolve("lib/static").resolve(Builder.PLATFORM).resolve("glibc"));
        for (int i = 0; i < LIBRARIES.size(); i++) {
            buildLibrary(LIBRARIES.get(i), FIRST_ORDER + i, folder);
        }
    }

    /** The functions that the JDK's libraries call and runtime.c doesn't have say so and abort. */
    private void buildJvm(Path archive) throws IOException, InterruptedException {
        String jvm = objects.part("JVM");
        SortedSet<String> missing = new TreeSet<>();
        for (String library : LIBRARIES) {
            ObjectFiles.symbols("-D", "--undefined-only", sharedObject(library))
                    .filter(name -> name.startsWith("JVM_") || name.startsWith("jio_"))
                    .forEach(missing::add);
        }
        ObjectFiles.symbols("--defined-only", jvm).forEach(missing::remove);
        String unsupported = objects.unsupported(missing);
        // the JDK's libraries ask for this version of each function
        Path versions = Files.writeString(objects.folder().resolve("versions"), "SUNWprivate_1.1 { global: *; };\n");
        Path shared = objects.folder().resolve("libjvm.so");
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
        objects.archive(archive, jvm, unsupported, objects.part("LOADER"), objects.assemble("jvm-data", data));
    }

    private void buildLibrary(String library, int order, Path folder) throws IOException, InterruptedException {
        String shared = sharedObject(library);
        List<String> names = ObjectFiles.symbols("-D", "--defined-only", shared)
                .filter(name -> !name.startsWith("_") && !name.startsWith("jio_") && !name.startsWith("SUNWprivate"))
                .toList();
        List<String> lines = new ArrayList<>(List.of(".text"));
        for (int i = 0; i < names.size(); i++) {
            lines.addAll(jump(library, names.get(i), symbol(library, "slots") + "+" + Long.BYTES * i + "(%rip)"));
        }
        if (!names.contains("JNI_OnLoad")) {
            lines.addAll(ObjectFiles.function("JNI_OnLoad_" + library, ANSWER_JNI_1_8, "ret"));
        }
        lines.addAll(contents(library, shared));
        lines.add(ObjectFiles.label(symbol(library, "names")));
        names.forEach(name -> lines.add(".asciz \"" + name + "\""));
        lines.addAll(List.of(".byte 0", ".bss", ".balign 8", ObjectFiles.label(symbol(library, "slots"))));
        lines.add(".zero " + Long.BYTES * names.size());
        String table = objects.assemble(library, lines);
        String constructor = objects.part("LIBRARY", "-DNAME=" + library, "-DORDER=" + order);
        // in one object, so that whoever needs a function gets the constructor too
        String both = objects.folder().resolve(library + "-all.o").toString();
        Commands.run("ld", "-r", "-o", both, table, constructor);
        objects.archive(folder.resolve("lib" + library + ".a"), both);
    }

    private static List<String> jump(String library, String name, String slot) {
        return switch (name) {
            // a library in the executable must answer JNI 1.8 or later, whatever the shared object answers
            case "JNI_OnLoad" ->
                ObjectFiles.function(
                        name + "_" + library,
                        "subq $8, %rsp",
                        "call *" + slot,
                        ANSWER_JNI_1_8,
                        "addq $8, %rsp",
                        "ret");
            case "JNI_OnUnload" -> ObjectFiles.function(name + "_" + library, "jmp *" + slot);
            default -> ObjectFiles.function(name, "jmp *" + slot);
        };
    }

    private static List<String> contents(String library, String sharedObject) {
        return List.of(
                ".section .rodata",
                ".balign 16",
                ObjectFiles.label(symbol(library, "start")),
                ".incbin \"" + sharedObject + "\"",
                ObjectFiles.label(symbol(library, "end")),
                ".byte 0");
    }

    /** As runtime.c names them. */
    private static String symbol(String library, String what) {
        return "library_" + library + "_" + what;
    }

    private String sharedObject(String library) {
        return original.resolve("lib/lib" + library + ".so").toString();
    }
}
