package io.matriarch.archive.backup;

/** Why a description can't be understood. */
final class MalformedBackup extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedBackup(String message) {
        super(message);
    }
}
