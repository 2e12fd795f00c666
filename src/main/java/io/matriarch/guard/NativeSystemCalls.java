package io.matriarch.guard;

import java.util.List;
import java.util.Optional;
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
}
