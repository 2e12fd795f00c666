package io.matriarch.backup;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Says how far something is: again and again in one line on a screen, one line a while otherwise. Safe for several threads. */
public final class Progress {
    private static final Duration ON_SCREEN = Duration.ofMillis(500);
    private static final Duration IN_LINES = Duration.ofSeconds(10);
    private static final int WIDTH = 79;
    private static final double MEGA = 1024 * 1024;

    private final String what;
    private final long total;
    private final boolean screen;
    private final PrintStream out;
    private final AtomicLong done = new AtomicLong();
    private final long begun = System.nanoTime();
    private long told = System.nanoTime();

    /** @param total bytes, as far as they can be known beforehand */
    public Progress(String what, long total, boolean screen, PrintStream out) {
        this.what = what;
        this.total = total;
        this.screen = screen;
        this.out = out;
    }

    public void advance(long bytes) {
        done.addAndGet(bytes);
        tellSometimes();
    }

    private synchronized void tellSometimes() {
        Duration interval = screen ? ON_SCREEN : IN_LINES;
        long now = System.nanoTime();
        if (now - told >= interval.toNanos()) {
            told = now;
            String line = line(done.get(), total, Duration.ofNanos(now - begun));
            if (screen) {
                out.print("\r" + pad(what + " " + line));
                out.flush();
            } else {
                out.println(what + " " + line);
            }
        }
    }

    /** Ends the line on a screen. */
    public synchronized void end() {
        if (screen) {
            out.print("\r" + " ".repeat(WIDTH) + "\r");
            out.flush();
        }
    }

    public long bytes() {
        return done.get();
    }

    static String line(long done, long total, Duration elapsed) {
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        double rate = done / seconds;
        String amount = String.format(
                Locale.ROOT, "%.1f of %.1f MB, %.1f MB/s", done / MEGA, Math.max(total, done) / MEGA, rate / MEGA);
        if (total <= 0 || rate <= 0) {
            return amount;
        }
        long percent = Math.min(100, done * 100 / total);
        long left = Math.round(Math.max(0, total - done) / rate);
        return String.format(
                Locale.ROOT, "%d%% (%s), %d:%02d:%02d left", percent, amount, left / 3600, left / 60 % 60, left % 60);
    }

    private static String pad(String line) {
        return line.length() < WIDTH ? line + " ".repeat(WIDTH - line.length()) : line.substring(0, WIDTH);
    }
}
