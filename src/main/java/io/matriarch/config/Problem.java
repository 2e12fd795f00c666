package io.matriarch.config;

/**
 * Something in the configuration that can't be used.
 *
 * @param source the file or the environment variable
 * @param key where in the document, such as {@code restapi.listen}; empty for the document as a whole
 * @param text what is wrong and what is allowed; never a secret
 */
public record Problem(String source, String key, String text) {
    /** The line for a person. */
    @Override
    public String toString() {
        return source + ": " + (key.isEmpty() ? "" : key + ": ") + text;
    }
}
