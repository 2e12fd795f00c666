package io.matriarch.archive.backup;

/** Why a description can't be understood. */
public final class MalformedBackup extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedBackup(String message) {
        super(message);
    }
}
