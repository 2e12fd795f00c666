package io.matriarch.guard;

import java.util.List;

/** The keeper's two parts in a program of their own, as in the executable. */
final class JavaKeeper {
    private JavaKeeper() {}

    public static void main(String[] arguments) {
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        System.exit(arguments[0].equals(Keeper.ARGUMENT) ? Keeper.run(rest) : Keeper.become(rest));
    }
}
