import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compiles the parts of runtime.c and lines of assembler with one C compiler.
 *
 * @param folder for what is made
 */
record ObjectFiles(String compiler, Path runtime, Path folder) {
    private static final String NO_EXECUTABLE_STACK = ".section .note.GNU-stack, \"\", @progbits";

    /** The object of that part of runtime.c. */
    String part(String part, String... options) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of("-Wall", "-Wextra", "-Werror", "-DPART=" + part));
        whole.addAll(List.of(options));
        whole.addAll(jniHeaders());
        return compile(Files.createTempFile(folder, part, ".o"), runtime, whole);
    }

    /** Where this JDK's jni.h is. */
    static List<String> jniHeaders() {
        Path include = Path.of(System.getProperty("java.home"), "include");
        return List.of("-I" + include, "-I" + include.resolve("linux"));
    }

    String compile(Path object, Path source, List<String> options) throws IOException, InterruptedException {
        Commands.run(command(object, source, options).toArray(String[]::new));
        return object.toString();
    }

    List<String> command(Path object, Path source, List<String> options) {
        List<String> command = new ArrayList<>(List.of(compiler, "-c", "-O2", "-fPIC"));
        command.addAll(options);
        command.addAll(List.of("-o", object.toString(), source.toString()));
        return command;
    }

    String assemble(String name, List<String> lines) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(lines);
        whole.add(NO_EXECUTABLE_STACK);
        return compile(folder.resolve(name + ".o"), Files.write(folder.resolve(name + ".s"), whole), List.of());
    }

    /** The object with functions that say their name and abort. */
    String unsupported(Collection<String> names) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>(List.of(".text"));
        for (String name : names) {
            lines.addAll(function(name, "leaq 1f(%rip), %rdi", "jmp matriarchUnsupported@PLT"));
            lines.add("1: .asciz \"" + name + "\"");
        }
        return assemble("unsupported", lines);
    }

    static List<String> function(String name, String... body) {
        List<String> lines = new ArrayList<>(List.of(".type " + name + ", @function", label(name)));
        lines.addAll(List.of(body));
        lines.add(".size " + name + ", .-" + name);
        return lines;
    }

    static String label(String name) {
        return ".globl " + name + "\n" + name + ":";
    }

    void archive(Path archive, String... objects) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ar", "rcs", archive.toString()));
        command.addAll(List.of(objects));
        Commands.run(command.toArray(String[]::new));
    }

    /** The names that nm lists with these arguments: functions, and what is undefined. */
    static Stream<String> symbols(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("nm", "--format=posix"));
        command.addAll(List.of(arguments));
        return Commands.output(command.toArray(String[]::new))
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length > 1 && "TtWiU".contains(words[1]))
                .map(words -> words[0].replaceFirst("@.*", ""))
                .distinct();
    }
}
