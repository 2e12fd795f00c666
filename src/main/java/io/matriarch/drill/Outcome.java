package io.matriarch.drill;

/**
 * How a step ended.
 *
 * @param words why it failed or was left out, or what it found; may be empty
 */
record Outcome(boolean ok, String words) {
    static Outcome passed() {
        return new Outcome(true, "");
    }

    static Outcome passed(String found) {
        return new Outcome(true, found);
    }

    static Outcome failed(String reason) {
        return new Outcome(false, reason);
    }
}
