package io.matriarch.archive;

import java.util.ArrayList;
import java.util.List;

/** All the ways that a course with choices can take, one after the other: the course asks at each fork which branch to take, and must have the same forks after the same answers. */
final class Choices {
    private final List<Integer> taken = new ArrayList<>();
    private final List<Integer> branches = new ArrayList<>();
    private int fork;

    /** Which of {@code count} branches the course takes, from 0. */
    int among(int count) {
        if (fork == taken.size()) {
            taken.add(0);
            branches.add(count);
        }
        return taken.get(fork++);
    }

    /** Begins the next way; false when there is none left. */
    boolean next() {
        fork = 0;
        while (!taken.isEmpty() && taken.getLast() + 1 == branches.getLast()) {
            taken.removeLast();
            branches.removeLast();
        }
        if (taken.isEmpty()) {
            return false;
        }
        taken.addLast(taken.removeLast() + 1);
        return true;
    }

    /** The answers of this way. */
    @Override
    public String toString() {
        return taken.toString();
    }
}
