package io.matriarch.backup;

import java.util.ArrayList;
import java.util.List;

/** Starts a program by way of a shell that ends it as soon as this process has ended, however that happens, or has closed the shell's standard input. */
public final class Keeper {
    /** Again and again, because a program that has only just begun may not heed it yet. The signal's name is the first argument. */
    private static final String SCRIPT = """
            exec 3<&0
            signal=$1
            shift
            "$@" </dev/null 3<&- &
            child=$!
            (cat <&3; while kill -s "$signal" $child; do sleep 1; done) >/dev/null 2>&1 &
            watcher=$!
            exec 3<&-
            wait $child
            code=$?
            kill $watcher 2>/dev/null
            exit $code
            """;

    private Keeper() {}

    /**
     * What to start, with a pipe as standard input; it ends with the program's exit code.
     *
     * @param signal that ends the program, such as TERM
     */
    public static List<String> of(String signal, List<String> program) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", signal));
        command.addAll(program);
        return List.copyOf(command);
    }
}
