package io.matriarch.guard;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.graalvm.nativeimage.ImageInfo;

/**
 * What the guard asks of Linux and Java has no words for. Numbers and layouts are those of 64-bit Linux (x86_64 and aarch64).
 * Failures that a person must know of are {@link SystemCallException}s.
 */
public interface SystemCalls {
    int PR_SET_PDEATHSIG = 1;
    int PR_SET_CHILD_SUBREAPER = 36;

    int CLOCK_BOOTTIME = 7;
    int TIMER_ABSTIME = 1;

    /** sigevent's and itimerspec's layouts; a zero of sigev_notify means a signal. */
    int SIGEVENT_SIZE = 64;

    int SIGEVENT_SIGNAL = 8;
    int ITIMERSPEC_SIZE = 32;
    int ITIMERSPEC_SECONDS = 16;
    int ITIMERSPEC_NANOS = 24;

    int AF_UNIX = 1;

    /** A datagram socket that no child inherits. */
    int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

    /** sockaddr_un: two bytes of family, 108 of path. */
    int SOCKADDR_UN_SIZE = 110;

    int MSG_DONTWAIT = 0x40;

    int SIG_SETMASK = 2;

    /** sigset_t of glibc and musl. */
    int SIGNAL_SET_SIZE = 128;

    int SIGKILL = 9;
    int SIGSTOP = 19;
    int LAST_SIGNAL = 31;
    short POLLIN = 1;
    int O_CLOEXEC = 0x80000;
    int O_WRONLY = 1;
    int O_NONBLOCK = 0x800;

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

    /** A descriptor of the file, for no child; absent when it can't be opened. */
    OptionalInt open(String path, int flags);

    /** ioctl with a pointer to {@code memory}: what is there afterwards; absent when it is refused. */
    Optional<byte[]> control(int descriptor, long request, byte[] memory);

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

    /** Has the kernel send this process a signal when the thread that started it ends. Goes on in a program that takes its place. */
    void dieWithParent(int signal);

    long parent();

    /** Makes {@code to} another name of descriptor {@code from}; no child inherits it. */
    void duplicate(int from, int to);

    /** Has this process and its later program ignore a signal, or handle it as a new process would. */
    void handle(int signal, boolean ignore);

    /** Lets all signals through to the calling thread, and to a program that it puts in place of this one: a virtual machine holds some back. */
    void unblockSignals();

    /** Puts a program in the place of this one, environment and descriptors kept; returns only with an exception. */
    void replaceBy(String executable, List<byte[]> arguments);

    /**
     * Has the kernel kill this process at a moment of CLOCK_BOOTTIME, whatever it does or doesn't by then: frozen too, and at once after a suspension of the machine.
     * Each call replaces the moment of the one before; 0 is never.
     */
    void killAt(long nanos);

    /** Waits until there is something to read, at most so long. */
    boolean awaitInput(int descriptor, int millis);

    /** Reads what is there, at most 256 bytes; empty at the end of the input. */
    byte[] read(int descriptor);

    /** Writes a few bytes to a device, or a pipe, which has room for them unless nobody has read for hours; whether all were taken. */
    boolean write(int descriptor, byte[] bytes);

    /** Sends a datagram to a Unix socket; a name that begins with @ isn't in the file system. Without effect when nobody listens. */
    void datagram(String socket, byte[] text);

    /** sockaddr_un for a path. */
    static byte[] unixAddress(String socket) {
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        byte[] address = new byte[Math.min(SOCKADDR_UN_SIZE, 2 + path.length)];
        address[0] = AF_UNIX;
        System.arraycopy(path, 0, address, 2, address.length - 2);
        if (socket.startsWith("@")) {
            address[2] = 0;
        }
        return address;
    }

    /** The real thing, in an executable as on a JVM. */
    static SystemCalls system() {
        return inExecutable() ? new NativeSystemCalls() : new ForeignSystemCalls();
    }

    /** A constant for whoever builds an executable, so that this holds one of the two only; a JVM need not have the class. */
    private static boolean inExecutable() {
        try {
            return ImageInfo.inImageCode();
        } catch (NoClassDefFoundError onJvm) {
            return false;
        }
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
