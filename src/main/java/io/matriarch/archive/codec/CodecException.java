package io.matriarch.archive.codec;

/** Why stored bytes can't be turned into content, in one line for a person: damaged, or no key for them. Never a secret. */
public final class CodecException extends Exception {
    private static final long serialVersionUID = 1L;

    public CodecException(String message) {
        super(message);
    }

    public CodecException(String message, Throwable cause) {
        super(message, cause);
    }
}
