package io.matriarch.guard;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** System calls on a JVM, for development and tests, by the foreign-function API; an executable never contains this class. */
@SuppressWarnings("restricted") // the foreign-function API is what this class is for
final class ForeignSystemCalls implements SystemCalls {
    private static final Linker LINKER = Linker.nativeLinker();

    private final MethodHandle prctl = function("prctl", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private final MethodHandle pipe2 = function("pipe2", ADDRESS, JAVA_INT);
    private final MethodHandle close = function("close", JAVA_INT);
    private final MethodHandle open = function("open", ADDRESS, JAVA_INT);
    private final MethodHandle ioctl = function("ioctl", JAVA_INT, JAVA_LONG, ADDRESS);
    private final MethodHandle kill = function("kill", JAVA_INT, JAVA_INT);
    private final MethodHandle waitid = function("waitid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private final MethodHandle posixSpawn =
            function("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private final MethodHandle fileActionsInit = function("posix_spawn_file_actions_init", ADDRESS);
    private final MethodHandle fileActionsAddDup2 =
            function("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
    private final MethodHandle fileActionsDestroy = function("posix_spawn_file_actions_destroy", ADDRESS);

    private final MethodHandle getppid = function("getppid");
    private final MethodHandle dup3 = function("dup3", JAVA_INT, JAVA_INT, JAVA_INT);
    private final MethodHandle signal = longFunction("signal", JAVA_INT, JAVA_LONG);
    private final MethodHandle sigmask = function("pthread_sigmask", JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle execv = function("execv", ADDRESS, ADDRESS);
    private final MethodHandle timerCreate = function("timer_create", JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle timerSetTime = function("timer_settime", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle poll = function("poll", ADDRESS, JAVA_LONG, JAVA_INT);
    private final MethodHandle readBytes = longFunction("read", JAVA_INT, ADDRESS, JAVA_LONG);
    private final MethodHandle writeBytes = longFunction("write", JAVA_INT, ADDRESS, JAVA_LONG);
    private final MethodHandle socket = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private final MethodHandle sendTo =
            longFunction("sendto", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private Optional<Long> timer = Optional.empty();

    @Override
    public void becomeSubreaper() {
        call(prctl, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
    }

    @Override
    public Pipe pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            if (call(pipe2, ends, O_CLOEXEC) != 0) {
                throw new SystemCallException("can't make a pipe: too many open files?");
            }
            return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
        }
    }

    @Override
    public void close(int descriptor) {
        call(close, descriptor);
    }

    @Override
    public OptionalInt open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = call(open, cString(arena, SystemCalls.zeroTerminated(path)), flags);
            return descriptor < 0 ? OptionalInt.empty() : OptionalInt.of(descriptor);
        }
    }

    @Override
    public boolean write(int descriptor, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return callLong(writeBytes, descriptor, cString(arena, bytes), (long) bytes.length) == bytes.length;
        }
    }

    @Override
    public Optional<byte[]> control(int descriptor, long request, byte[] memory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = cString(arena, memory);
            return call(ioctl, descriptor, request, copy) == 0
                    ? Optional.of(copy.toArray(JAVA_BYTE))
                    : Optional.empty();
        }
    }

    @Override
    public long spawn(String executable, List<byte[]> arguments, List<byte[]> environment, List<Integer> inherited) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pid = arena.allocate(JAVA_INT);
            MemorySegment actions = arena.allocate(FILE_ACTIONS_SIZE, Long.BYTES);
            call(fileActionsInit, actions);
            for (int descriptor : inherited) {
                call(fileActionsAddDup2, actions, descriptor, descriptor);
            }
            int error = call(
                    posixSpawn,
                    pid,
                    cString(arena, SystemCalls.zeroTerminated(executable)),
                    actions,
                    MemorySegment.NULL,
                    cStrings(arena, arguments),
                    cStrings(arena, environment));
            call(fileActionsDestroy, actions);
            if (error != 0) {
                throw new SystemCallException("can't start " + executable + ": error number " + error);
            }
            return pid.get(JAVA_INT, 0);
        }
    }

    @Override
    public Optional<DeadChild> awaitDeadChild() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_SIZE, Long.BYTES);
            if (call(waitid, P_ALL, 0, info, WEXITED | WNOWAIT) != 0) {
                return Optional.empty();
            }
            boolean bySignal = info.get(JAVA_INT, SIGINFO_CODE) != CLD_EXITED;
            ExitStatus status = new ExitStatus(bySignal, info.get(JAVA_INT, SIGINFO_STATUS));
            return Optional.of(new DeadChild(info.get(JAVA_INT, SIGINFO_PID), status));
        }
    }

    @Override
    public void reap(long pid) {
        try (Arena arena = Arena.ofConfined()) {
            call(waitid, P_PID, (int) pid, arena.allocate(SIGINFO_SIZE, Long.BYTES), WEXITED);
        }
    }

    @Override
    public void kill(long pid, int signal) {
        call(kill, (int) pid, signal);
    }

    @Override
    public void dieWithParent(int signalNumber) {
        call(prctl, PR_SET_PDEATHSIG, (long) signalNumber, 0L, 0L, 0L);
    }

    @Override
    public long parent() {
        return call(getppid);
    }

    @Override
    public void duplicate(int from, int to) {
        if (call(dup3, from, to, O_CLOEXEC) < 0) {
            throw new SystemCallException("can't rename descriptor " + from);
        }
    }

    @Override
    public void handle(int signalNumber, boolean ignore) {
        callLong(signal, signalNumber, ignore ? 1L : 0L);
    }

    @Override
    public void unblockSignals() {
        try (Arena arena = Arena.ofConfined()) {
            call(sigmask, SIG_SETMASK, arena.allocate(SIGNAL_SET_SIZE, Long.BYTES), MemorySegment.NULL);
        }
    }

    @Override
    public void replaceBy(String executable, List<byte[]> arguments) {
        try (Arena arena = Arena.ofConfined()) {
            call(execv, cString(arena, SystemCalls.zeroTerminated(executable)), cStrings(arena, arguments));
        }
        throw new SystemCallException("can't start " + executable);
    }

    @Override
    public void killAt(long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            if (timer.isEmpty()) {
                MemorySegment event = arena.allocate(SIGEVENT_SIZE, Long.BYTES);
                event.set(JAVA_INT, SIGEVENT_SIGNAL, SIGKILL);
                MemorySegment made = arena.allocate(JAVA_LONG);
                if (call(timerCreate, CLOCK_BOOTTIME, event, made) != 0) {
                    throw new SystemCallException("can't make a timer");
                }
                timer = Optional.of(made.get(JAVA_LONG, 0));
            }
            MemorySegment moment = arena.allocate(ITIMERSPEC_SIZE, Long.BYTES);
            moment.set(JAVA_LONG, ITIMERSPEC_SECONDS, nanos / 1_000_000_000L);
            moment.set(JAVA_LONG, ITIMERSPEC_NANOS, nanos % 1_000_000_000L);
            if (call(timerSetTime, timer.get(), TIMER_ABSTIME, moment, MemorySegment.NULL) != 0) {
                throw new SystemCallException("can't set a timer");
            }
        }
    }

    @Override
    public boolean awaitInput(int descriptor, int millis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate(JAVA_INT, 2);
            wanted.setAtIndex(JAVA_INT, 0, descriptor);
            wanted.setAtIndex(JAVA_INT, 1, POLLIN);
            return call(poll, wanted, 1L, millis) > 0;
        }
    }

    @Override
    public byte[] read(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(256);
            long count = callLong(readBytes, descriptor, buffer, 256L);
            return buffer.asSlice(0, Math.max(0, count)).toArray(JAVA_BYTE);
        }
    }

    @Override
    public void datagram(String name, byte[] text) {
        int descriptor = call(socket, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (descriptor < 0) {
            return;
        }
        byte[] to = SystemCalls.unixAddress(name);
        try (Arena arena = Arena.ofConfined()) {
            callLong(
                    sendTo,
                    descriptor,
                    cString(arena, text),
                    (long) text.length,
                    MSG_DONTWAIT,
                    cString(arena, to),
                    to.length);
        }
        call(close, descriptor);
    }

    private static MemorySegment cString(Arena arena, byte[] text) {
        return arena.allocateFrom(JAVA_BYTE, text);
    }

    private static MemorySegment cStrings(Arena arena, List<byte[]> texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, cString(arena, SystemCalls.zeroTerminated(texts.get(i))));
        }
        return array;
    }

    private static MethodHandle longFunction(String name, MemoryLayout... parameters) {
        return function(name, FunctionDescriptor.of(JAVA_LONG, parameters));
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
        return function(name, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        MemorySegment address = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new SystemCallException("the C library has no " + name));
        return LINKER.downcallHandle(address, descriptor);
    }

    private static int call(MethodHandle function, Object... arguments) {
        return (int) invoke(function, arguments);
    }

    private static long callLong(MethodHandle function, Object... arguments) {
        return (long) invoke(function, arguments);
    }

    private static Object invoke(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a C function can't throw", e);
        }
    }
}
