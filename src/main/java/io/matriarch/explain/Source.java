package io.matriarch.explain;

import io.matriarch.value.Value;

/**
 * One place that says something about a setting.
 *
 * @param where for a person: the file and key, the variable, DCS /config and key
 * @param remark why it doesn't count although nothing hides it, or what is special about it; may be empty
 */
record Source(Kind kind, String where, Value value, String remark) {
    /** What kind of place it is. */
    enum Kind {
        DEFAULT("default"),
        DYNAMIC("DCS /config"),
        LOCAL("file"),
        VARIABLE("variable"),
        DERIVED("derived"),
        COMMAND_LINE("command line"),
        SERVER_FILE("PostgreSQL's file"),
        ALTER_SYSTEM("ALTER SYSTEM"),
        SERVER("server");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    Source(Kind kind, String where, Value value) {
        this(kind, where, value, "");
    }

    Source because(String why) {
        return new Source(kind, where, value, why);
    }
}
