package io.matriarch.archive;

/** Why a file can't be put into the repository or taken from it, in one line for a person. */
public final class ArchiveException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String text;

    public ArchiveException(String message) {
        super(message);
        this.text = message;
    }

    public ArchiveException(String message, Throwable cause) {
        super(message, cause);
        this.text = message;
    }

    @Override
    public String getMessage() {
        return text;
    }
}
