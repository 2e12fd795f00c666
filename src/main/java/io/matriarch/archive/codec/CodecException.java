package io.matriarch.archive.codec;

/** Why stored bytes can't be turned into content, in one line for a person: damaged, or no key for them. Never a secret. */
public final class CodecException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String text;

    public CodecException(String message) {
        super(message);
        this.text = message;
    }

    public CodecException(String message, Throwable cause) {
        super(message, cause);
        this.text = message;
    }

    @Override
    public String getMessage() {
        return text;
    }
}
