package io.matriarch.archive.store;

import java.util.regex.Pattern;

/**
 * Names of objects: parts between slashes, of letters, digits and {@code . _ - + =}. No part begins with a dot: such files are a directory's own affair, and a name can't leave
 * the store.
 */
final class ObjectName {
    private static final String PART = "[A-Za-z0-9_+=-][A-Za-z0-9._+=-]*";
    private static final Pattern NAME = Pattern.compile(PART + "(/" + PART + ")*");
    private static final Pattern PREFIX = Pattern.compile("(" + PART + "/)*(" + PART + ")?");

    private ObjectName() {}

    static boolean valid(String name) {
        return NAME.matcher(name).matches();
    }

    static void check(String name) {
        if (!valid(name)) {
            throw new IllegalArgumentException("not the name of an object: " + name);
        }
    }

    static void checkPrefix(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("no name of an object begins so: " + prefix);
        }
    }
}
