package io.matriarch.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference of two texts in the unified format with three lines of context, as Python's difflib finds it: around the longest common run of lines,
 * then to its left and right.
 */
final class UnifiedDiff {
    private static final int CONTEXT = 3;

    /** Lines {@code fromStart..fromEnd} of the old text became {@code toStart..toEnd} of the new one; equal ones or not. */
    private record Block(boolean equal, int fromStart, int fromEnd, int toStart, int toEnd) {}

    private final List<String> from;
    private final List<String> to;
    private final List<Block> blocks = new ArrayList<>();
    private int fromDone;
    private int toDone;

    private UnifiedDiff(List<String> from, List<String> to) {
        this.from = from;
        this.to = to;
    }

    /** The lines of the difference, headers first; none if there is no difference. */
    static List<String> lines(String before, String after) {
        UnifiedDiff diff = new UnifiedDiff(split(before), split(after));
        diff.match(0, diff.from.size(), 0, diff.to.size());
        diff.changeUntil(diff.from.size(), diff.to.size());
        return diff.format();
    }

    private static List<String> split(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        return List.of(text.substring(0, end).split("\n", -1));
    }

    private void match(int fromLow, int fromHigh, int toLow, int toHigh) {
        int length = 0;
        int fromBest = fromLow;
        int toBest = toLow;
        int[] runs = new int[toHigh + 1];
        for (int left = fromLow; left < fromHigh; left++) {
            int[] next = new int[toHigh + 1];
            for (int right = toLow; right < toHigh; right++) {
                if (from.get(left).equals(to.get(right))) {
                    next[right + 1] = runs[right] + 1;
                    if (next[right + 1] > length) {
                        length = next[right + 1];
                        fromBest = left - length + 1;
                        toBest = right - length + 1;
                    }
                }
            }
            runs = next;
        }
        if (length == 0) {
            return;
        }
        match(fromLow, fromBest, toLow, toBest);
        changeUntil(fromBest, toBest);
        blocks.add(new Block(true, fromBest, fromBest + length, toBest, toBest + length));
        fromDone = fromBest + length;
        toDone = toBest + length;
        match(fromDone, fromHigh, toDone, toHigh);
    }

    private void changeUntil(int fromEnd, int toEnd) {
        if (fromDone < fromEnd || toDone < toEnd) {
            blocks.add(new Block(false, fromDone, fromEnd, toDone, toEnd));
        }
    }

    private List<String> format() {
        List<String> lines = new ArrayList<>();
        List<Block> hunk = new ArrayList<>();
        for (Block block : merged()) {
            boolean far = block.equal() && block.fromEnd() - block.fromStart() > 2 * CONTEXT && !hunk.isEmpty();
            if (far) {
                hunk.add(head(block));
                addHunk(lines, hunk);
                hunk.clear();
            }
            hunk.add(block.equal() && (hunk.isEmpty() || far) ? tail(block) : block);
        }
        if (!hunk.isEmpty() && hunk.getLast().equal()) {
            hunk.add(head(hunk.removeLast()));
        }
        addHunk(lines, hunk);
        return lines;
    }

    /** Neighbouring equal runs are one. */
    private List<Block> merged() {
        List<Block> merged = new ArrayList<>();
        for (Block block : blocks) {
            if (!merged.isEmpty() && merged.getLast().equal() && block.equal()) {
                Block before = merged.removeLast();
                merged.add(new Block(true, before.fromStart(), block.fromEnd(), before.toStart(), block.toEnd()));
            } else {
                merged.add(block);
            }
        }
        return merged;
    }

    private static Block head(Block block) {
        int length = Math.min(CONTEXT, block.fromEnd() - block.fromStart());
        return new Block(
                true, block.fromStart(), block.fromStart() + length, block.toStart(), block.toStart() + length);
    }

    private static Block tail(Block block) {
        int length = Math.min(CONTEXT, block.fromEnd() - block.fromStart());
        return new Block(true, block.fromEnd() - length, block.fromEnd(), block.toEnd() - length, block.toEnd());
    }

    private void addHunk(List<String> lines, List<Block> hunk) {
        if (hunk.stream().allMatch(Block::equal)) {
            return;
        }
        if (lines.isEmpty()) {
            lines.add("--- ");
            lines.add("+++ ");
        }
        Block first = hunk.getFirst();
        Block last = hunk.getLast();
        lines.add("@@ -" + range(first.fromStart(), last.fromEnd()) + " +" + range(first.toStart(), last.toEnd())
                + " @@");
        for (Block block : hunk) {
            if (block.equal()) {
                from.subList(block.fromStart(), block.fromEnd()).forEach(line -> lines.add(" " + line));
            } else {
                from.subList(block.fromStart(), block.fromEnd()).forEach(line -> lines.add("-" + line));
                to.subList(block.toStart(), block.toEnd()).forEach(line -> lines.add("+" + line));
            }
        }
    }

    private static String range(int start, int end) {
        int length = end - start;
        if (length == 1) {
            return Integer.toString(start + 1);
        }
        return (length == 0 ? start : start + 1) + "," + length;
    }
}
