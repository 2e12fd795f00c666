package io.matriarch.archive.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/**
 * C libraries of this machine, for an executable only. They are those that PostgreSQL's packages need anyway, asked for by the names that stand for one binary interface; where one is
 * missing, the caller does the work in Java. Addresses are numbers here, for GraalVM's pointers fit into no object.
 */
final class SharedLibrary {
    private static final int RTLD_LAZY = 1;

    private SharedLibrary() {}

    /** The first of several libraries that is there; loaded at the first time, and never unloaded. */
    static OptionalLong open(String... names) {
        return Arrays.stream(names)
                .mapToLong(SharedLibrary::load)
                .filter(handle -> handle != 0)
                .findFirst();
    }

    /**
     * The address of a library's function.
     *
     * @throws IllegalStateException if the library has no such function, against its name's promise
     */
    static long function(long library, String name) {
        byte[] text = zeroTerminated(name);
        try (PinnedObject pinned = PinnedObject.create(text)) {
            long address = dlsym(WordFactory.pointer(library), pinned.addressOfArrayElement(0))
                    .rawValue();
            if (address == 0) {
                throw new IllegalStateException("this machine's C library lacks the function " + name);
            }
            return address;
        }
    }

    private static long load(String name) {
        byte[] text = zeroTerminated(name);
        try (PinnedObject pinned = PinnedObject.create(text)) {
            return dlopen(pinned.addressOfArrayElement(0), RTLD_LAZY).rawValue();
        }
    }

    private static byte[] zeroTerminated(String text) {
        return (text + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    @CFunction("dlopen")
    private static native PointerBase dlopen(PointerBase name, int flags);

    @CFunction("dlsym")
    private static native PointerBase dlsym(PointerBase library, PointerBase name);
}
