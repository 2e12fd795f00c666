package io.matriarch;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Picks a command by program name and first argument; only the agent boots Quarkus. */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Quarkus.run(args);
    }
}
