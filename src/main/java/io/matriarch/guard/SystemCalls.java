package io.matriarch.guard;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.graalvm.nativeimage.ImageInfo;

/**
 * What the guard asks of Linux and Java has no words for. Numbers and layouts are those of 64-bit Linux (x86_64 and aarch64).
 * Failures that a person must know of are {@link SystemCallException}s.
 */
public interface SystemCalls {
    int PR_SET_CHILD_SUBREAPER = 36;
    int O_CLOEXEC = 0x80000;

    /** waitid's "any child", and "this child". */
    int P_ALL = 0;

    int P_PID = 1;
    int WEXITED = 4;
    int WNOWAIT = 0x01000000;

    /** Where siginfo_t keeps what waitid says; it is 128 bytes long. */
    int SIGINFO_SIZE = 128;

    int SIGINFO_CODE = 8;
    int SIGINFO_PID = 16;
    int SIGINFO_STATUS = 24;

    /** siginfo_t's code of a child that called exit; the others were ended by a signal. */
    int CLD_EXITED = 1;

    /** At least as long as posix_spawn_file_actions_t of glibc (80) and musl. */
    int FILE_ACTIONS_SIZE = 256;

    /** Orphans below this process become its children instead of PID 1's. Without effect where the kernel refuses. */
    void becomeSubreaper();

    /** A pipe whose ends no child inherits unless {@link #spawn} is told so. */
    Pipe pipe();

    void close(int descriptor);

    /**
     * Starts a program.
     *
     * @param arguments the program's name first; bytes, so that nothing depends on an encoding
     * @param inherited descriptors that stay open in it, besides 0 to 2
     * @return its process id
     */
    long spawn(String executable, List<byte[]> arguments, List<byte[]> environment, List<Integer> inherited);

    /** Waits until a child is dead and leaves it a zombie; absent when there is no child, or when a signal came between. */
    Optional<DeadChild> awaitDeadChild();

    /** Takes a dead child out of the process table. */
    void reap(long pid);

    /** Sends a signal; without effect when the process is gone. */
    void kill(long pid, int signal);

    /** The real thing, in an executable as on a JVM. */
    static SystemCalls system() {
        return ImageInfo.inImageCode() ? new NativeSystemCalls() : new ForeignSystemCalls();
    }

    /** C's form of a string. */
    static byte[] zeroTerminated(byte[] text) {
        return java.util.Arrays.copyOf(text, text.length + 1);
    }

    /** C's form of a string. */
    static byte[] zeroTerminated(String text) {
        return zeroTerminated(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Two descriptors: what is written to one can be read from the other. */
    record Pipe(int readEnd, int writeEnd) {}

    /** A zombie and how it ended. */
    record DeadChild(long pid, ExitStatus status) {}

    /** A system call failed for a reason that the text explains. */
    final class SystemCallException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public SystemCallException(String message) {
            super(message);
        }
    }
}
