package io.matriarch.cli;

import io.matriarch.cluster.CompatibleVersion;

/** What {@code --version} prints. */
public final class Version {
    /** Ours: the tag's that was built (packaging/version), else the pom's. */
    public static final String MATRIARCH = "${project.version}";

    private Version() {}

    /** {@code Matriarch 0.1.0 (Patroni 4.1.4 compatible)}; called as {@code patroni} what scripts expect of that (reference 1.1). */
    public static String line(String program) {
        if (program.equals("patroni")) {
            return "patroni " + CompatibleVersion.PATRONI;
        }
        return "Matriarch " + MATRIARCH + " (Patroni " + CompatibleVersion.PATRONI + " compatible)";
    }
}
