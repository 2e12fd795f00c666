package io.matriarch.selftest;

import java.util.Optional;

/**
 * One line of the self-test.
 *
 * @param possible whether the servers that it needs are named
 */
record Check(String name, boolean possible, Body body) {

    /** What a check does. */
    @FunctionalInterface
    interface Body {
        /** What is wrong; nothing if all is well. What it throws is wrong, too. */
        Optional<String> problem() throws Exception;
    }

    /** A check that any machine allows. */
    static Check local(String name, Body body) {
        return new Check(name, true, body);
    }

    static Optional<String> expect(Object expected, Object actual) {
        return expected.equals(actual)
                ? Optional.empty()
                : Optional.of("expected " + expected + ", but it's " + actual);
    }
}
