/** The C library that an executable is linked with, and the compiler that does it. */
enum Libc {
    /** The machine's, loaded at start. */
    GLIBC("gcc"),
    /** In the executable, which needs nothing else. */
    MUSL(StaticLibraries.COMPILER);

    private final String compiler;

    Libc(String compiler) {
        this.compiler = compiler;
    }

    String compiler() {
        return compiler;
    }
}
