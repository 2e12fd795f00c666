package io.matriarch.guard;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.Pointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/** System calls of a native executable, straight to the C library it is linked with. Can't run on a JVM. */
final class NativeSystemCalls implements SystemCalls {
    private Optional<Long> timer = Optional.empty();

    @Override
    public void becomeSubreaper() {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }

    @Override
    public Pipe pipe() {
        CIntPointer ends = StackValue.get(2, CIntPointer.class);
        if (pipe2(ends, O_CLOEXEC) != 0) {
            throw new SystemCallException("can't make a pipe: too many open files?");
        }
        return new Pipe(ends.read(0), ends.read(1));
    }

    @Override
    public void close(int descriptor) {
        closeDescriptor(descriptor);
    }

    @Override
    public OptionalInt open(String path, int flags) {
        CCharPointer name = cString(SystemCalls.zeroTerminated(path));
        try {
            int descriptor = openFile(name, flags);
            return descriptor < 0 ? OptionalInt.empty() : OptionalInt.of(descriptor);
        } finally {
            UnmanagedMemory.free(name);
        }
    }

    @Override
    public boolean write(int descriptor, byte[] bytes) {
        CCharPointer copy = cString(bytes);
        try {
            return writeBytes(descriptor, copy, bytes.length) == bytes.length;
        } finally {
            UnmanagedMemory.free(copy);
        }
    }

    @Override
    public Optional<byte[]> control(int descriptor, long request, byte[] memory) {
        CCharPointer copy = cString(memory);
        try {
            if (ioctl(descriptor, request, copy) != 0) {
                return Optional.empty();
            }
            byte[] answer = new byte[memory.length];
            for (int i = 0; i < answer.length; i++) {
                answer[i] = copy.read(i);
            }
            return Optional.of(answer);
        } finally {
            UnmanagedMemory.free(copy);
        }
    }

    @Override
    public long spawn(String executable, List<byte[]> arguments, List<byte[]> environment, List<Integer> inherited) {
        CCharPointer path = cString(SystemCalls.zeroTerminated(executable));
        CCharPointerPointer argv = cStrings(arguments);
        CCharPointerPointer envp = cStrings(environment);
        Pointer actions = UnmanagedMemory.calloc(FILE_ACTIONS_SIZE);
        CIntPointer pid = StackValue.get(CIntPointer.class);
        try {
            fileActionsInit(actions);
            for (int descriptor : inherited) {
                // onto itself: clears the close-on-exec flag in the child only
                fileActionsAddDup2(actions, descriptor, descriptor);
            }
            int error = posixSpawn(pid, path, actions, WordFactory.nullPointer(), argv, envp);
            if (error != 0) {
                throw new SystemCallException("can't start " + executable + ": error number " + error);
            }
            return pid.read();
        } finally {
            fileActionsDestroy(actions);
            UnmanagedMemory.free(actions);
            free(argv, arguments.size());
            free(envp, environment.size());
            UnmanagedMemory.free(path);
        }
    }

    @Override
    public Optional<DeadChild> awaitDeadChild() {
        Pointer info = StackValue.get(SIGINFO_SIZE);
        if (waitid(P_ALL, 0, info, WEXITED | WNOWAIT) != 0) {
            return Optional.empty();
        }
        boolean bySignal = info.readInt(SIGINFO_CODE) != CLD_EXITED;
        return Optional.of(
                new DeadChild(info.readInt(SIGINFO_PID), new ExitStatus(bySignal, info.readInt(SIGINFO_STATUS))));
    }

    @Override
    public void reap(long pid) {
        Pointer info = StackValue.get(SIGINFO_SIZE);
        waitid(P_PID, (int) pid, info, WEXITED);
    }

    @Override
    public void kill(long pid, int signal) {
        sendSignal((int) pid, signal);
    }

    @Override
    public void dieWithParent(int signal) {
        prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
    }

    @Override
    public long parent() {
        return getppid();
    }

    @Override
    public void duplicate(int from, int to) {
        if (dup3(from, to, O_CLOEXEC) < 0) {
            throw new SystemCallException("can't rename descriptor " + from);
        }
    }

    @Override
    public void handle(int signal, boolean ignore) {
        setHandler(signal, ignore ? 1 : 0);
    }

    @Override
    public void unblockSignals() {
        Pointer none = StackValue.get(SIGNAL_SET_SIZE);
        for (int i = 0; i < SIGNAL_SET_SIZE; i += Long.BYTES) {
            none.writeLong(i, 0);
        }
        setSignalMask(SIG_SETMASK, none, WordFactory.nullPointer());
    }

    @Override
    public void replaceBy(String executable, List<byte[]> arguments) {
        CCharPointer path = cString(SystemCalls.zeroTerminated(executable));
        CCharPointerPointer argv = cStrings(arguments);
        execv(path, argv);
        throw new SystemCallException("can't start " + executable);
    }

    @Override
    public void killAt(long nanos) {
        if (timer.isEmpty()) {
            timer = Optional.of(newTimer());
        }
        Pointer moment = StackValue.get(ITIMERSPEC_SIZE);
        moment.writeLong(0, 0);
        moment.writeLong(Long.BYTES, 0);
        moment.writeLong(ITIMERSPEC_SECONDS, nanos / 1_000_000_000L);
        moment.writeLong(ITIMERSPEC_NANOS, nanos % 1_000_000_000L);
        if (timerSetTime(timer.get(), TIMER_ABSTIME, moment, WordFactory.nullPointer()) != 0) {
            throw new SystemCallException("can't set a timer");
        }
    }

    private static long newTimer() {
        Pointer event = StackValue.get(SIGEVENT_SIZE);
        for (int i = 0; i < SIGEVENT_SIZE; i += Long.BYTES) {
            event.writeLong(i, 0);
        }
        event.writeInt(SIGEVENT_SIGNAL, SIGKILL);
        Pointer made = StackValue.get(Long.BYTES);
        if (timerCreate(CLOCK_BOOTTIME, event, made) != 0) {
            throw new SystemCallException("can't make a timer");
        }
        return made.readLong(0);
    }

    @Override
    public boolean awaitInput(int descriptor, int millis) {
        Pointer wanted = StackValue.get(Long.BYTES);
        wanted.writeInt(0, descriptor);
        wanted.writeInt(Integer.BYTES, POLLIN);
        return poll(wanted, 1, millis) > 0;
    }

    @Override
    public byte[] read(int descriptor) {
        Pointer buffer = StackValue.get(256);
        int count = (int) readBytes(descriptor, buffer, 256);
        byte[] bytes = new byte[Math.max(0, count)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = buffer.readByte(i);
        }
        return bytes;
    }

    @Override
    public void datagram(String socket, byte[] text) {
        int descriptor = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (descriptor < 0) {
            return;
        }
        byte[] to = SystemCalls.unixAddress(socket);
        CCharPointer address = cString(to);
        CCharPointer copy = cString(text);
        sendTo(descriptor, copy, text.length, MSG_DONTWAIT, address, to.length);
        UnmanagedMemory.free(copy);
        UnmanagedMemory.free(address);
        closeDescriptor(descriptor);
    }

    private static CCharPointer cString(byte[] text) {
        CCharPointer copy = UnmanagedMemory.malloc(text.length);
        for (int i = 0; i < text.length; i++) {
            copy.write(i, text[i]);
        }
        return copy;
    }

    private static CCharPointerPointer cStrings(List<byte[]> texts) {
        // calloc's last entry is the null that ends the array
        CCharPointerPointer array = UnmanagedMemory.calloc((texts.size() + 1) * Long.BYTES);
        for (int i = 0; i < texts.size(); i++) {
            array.write(i, cString(SystemCalls.zeroTerminated(texts.get(i))));
        }
        return array;
    }

    private static void free(CCharPointerPointer array, int size) {
        for (int i = 0; i < size; i++) {
            UnmanagedMemory.free(array.read(i));
        }
        UnmanagedMemory.free(array);
    }

    @CFunction("prctl")
    private static native int prctl(int option, long first, long second, long third, long fourth);

    @CFunction("pipe2")
    private static native int pipe2(CIntPointer ends, int flags);

    @CFunction("close")
    private static native int closeDescriptor(int descriptor);

    @CFunction("open")
    private static native int openFile(CCharPointer path, int flags);

    @CFunction("ioctl")
    private static native int ioctl(int descriptor, long request, PointerBase memory);

    @CFunction("kill")
    private static native int sendSignal(int pid, int signal);

    @CFunction("waitid")
    private static native int waitid(int idType, int id, PointerBase info, int options);

    @CFunction("posix_spawn")
    private static native int posixSpawn(
            CIntPointer pid,
            CCharPointer path,
            PointerBase fileActions,
            PointerBase attributes,
            CCharPointerPointer arguments,
            CCharPointerPointer environment);

    @CFunction("posix_spawn_file_actions_init")
    private static native int fileActionsInit(PointerBase actions);

    @CFunction("posix_spawn_file_actions_adddup2")
    private static native int fileActionsAddDup2(PointerBase actions, int from, int to);

    @CFunction("posix_spawn_file_actions_destroy")
    private static native int fileActionsDestroy(PointerBase actions);

    @CFunction("getppid")
    private static native int getppid();

    @CFunction("dup3")
    private static native int dup3(int from, int to, int flags);

    @CFunction("signal")
    private static native long setHandler(int signal, long handler);

    @CFunction("pthread_sigmask")
    private static native int setSignalMask(int how, PointerBase set, PointerBase old);

    @CFunction("execv")
    private static native int execv(CCharPointer path, CCharPointerPointer arguments);

    @CFunction("timer_create")
    private static native int timerCreate(int clock, PointerBase event, PointerBase timer);

    @CFunction("timer_settime")
    private static native int timerSetTime(long timer, int flags, PointerBase moment, PointerBase old);

    @CFunction("poll")
    private static native int poll(PointerBase descriptors, long count, int millis);

    @CFunction("read")
    private static native long readBytes(int descriptor, PointerBase buffer, long size);

    @CFunction("write")
    private static native long writeBytes(int descriptor, PointerBase bytes, long size);

    @CFunction("socket")
    private static native int socket(int family, int type, int protocol);

    @CFunction("sendto")
    private static native long sendTo(
            int descriptor, PointerBase bytes, long size, int flags, PointerBase address, int addressSize);
}
