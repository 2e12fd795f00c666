package io.matriarch.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Answers questions from a list, and keeps what a person would see; questions and answers included. */
final class FakeTerminal implements Terminal {
    private final Deque<String> answers;
    private final boolean screen;
    private final StringBuilder output = new StringBuilder();
    private final StringBuilder errors = new StringBuilder();

    /** {@code screen}: a person watches. */
    FakeTerminal(List<String> answers, boolean screen) {
        this.screen = screen;
        this.answers = new ArrayDeque<>(answers);
    }

    String output() {
        return output.toString();
    }

    String errors() {
        return errors.toString();
    }

    @Override
    public void echo(String text) {
        output.append(text).append('\n');
    }

    @Override
    public void complain(String text) {
        errors.append(text).append('\n');
    }

    @Override
    public String prompt(String question, Optional<String> otherwise) {
        String answer =
                answer(question + otherwise.map(value -> " [" + value + "]").orElse("") + ": ");
        return answer.isEmpty() ? otherwise.orElse("") : answer;
    }

    @Override
    public boolean confirm(String question) {
        return answer(question + " [y/N]: ").equals("y");
    }

    @Override
    public String promptHidden(String question) {
        return answer(question + ": ");
    }

    @Override
    public String readAll() {
        return Optional.ofNullable(answers.poll()).orElse("");
    }

    @Override
    public boolean isScreen() {
        return screen;
    }

    @Override
    public void clear() {
        output.append("[clear]\n");
    }

    private String answer(String text) {
        String answer = Optional.ofNullable(answers.poll()).orElseThrow(Aborted::new);
        output.append(text).append(answer).append('\n');
        return answer;
    }
}
