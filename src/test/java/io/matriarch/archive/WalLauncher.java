package io.matriarch.archive;

import java.util.Arrays;

/** What the executable does for {@code matriarch wal ...}, for a launcher script that starts a JVM. */
final class WalLauncher {
    private WalLauncher() {}

    public static void main(String[] arguments) {
        System.exit(WalCommand.run(Arrays.copyOfRange(arguments, 1, arguments.length)));
    }
}
