package io.matriarch.doctor;

import java.util.List;
import java.util.Locale;

/** Sizes for people. */
final class Bytes {
    private static final List<String> UNITS = List.of("bytes", "kB", "MB", "GB", "TB");

    private Bytes() {}

    static String text(long bytes) {
        double size = bytes;
        int unit = 0;
        while (Math.abs(size) >= 1024 && unit < UNITS.size() - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " " + UNITS.getFirst()
                : String.format(Locale.ROOT, size < 10 ? "%.1f %s" : "%.0f %s", size, UNITS.get(unit));
    }
}
