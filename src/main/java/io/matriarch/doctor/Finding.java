package io.matriarch.doctor;

/**
 * What a check has found.
 *
 * @param check its name
 * @param where the node, member, file or server that it is about
 * @param what what is so
 * @param advice what to do; empty when all is well
 */
record Finding(Level level, String check, String where, String what, String advice) {
    /** How bad it is. */
    enum Level {
        OK("ok"),
        WARNING("warning"),
        ERROR("error"),
        /** It could not be looked at. */
        UNKNOWN("unknown");

        private final String text;

        Level(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }
}
