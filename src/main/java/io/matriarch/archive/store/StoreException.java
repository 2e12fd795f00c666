package io.matriarch.archive.store;

/** Why a store can't do what is asked, in one line for a person: which store, what happened, what to do. Never a secret. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String text;

    public StoreException(String message) {
        super(message);
        this.text = message;
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
        this.text = message;
    }

    @Override
    public String getMessage() {
        return text;
    }
}
