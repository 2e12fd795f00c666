package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.DrillSettings.Check;
import io.matriarch.config.DrillSettings.Expectation;
import java.math.BigDecimal;
import java.util.Optional;

/** A query of the user whose answer must be right. */
record SqlCheck(Check check, Queries server) {
    private static final int LONGEST_SHOWN = 200;

    String name() {
        return "check " + check.name();
    }

    Outcome run() throws ArchiveException {
        String answer = server.answer(check.database(), check.sql()).strip();
        return switch (check.expected()) {
            case Expectation.Text(String text) ->
                answer.equals(text)
                        ? Outcome.passed()
                        : Outcome.failed("the answer is " + shown(answer) + " instead of " + shown(text));
            case Expectation.AtLeast(BigDecimal least) -> {
                Optional<BigDecimal> number = number(answer);
                if (number.isEmpty()) {
                    yield Outcome.failed("the answer is " + shown(answer) + ", which is no number");
                }
                yield number.get().compareTo(least) >= 0
                        ? Outcome.passed(answer)
                        : Outcome.failed("the answer is " + answer + ", less than " + least.toPlainString());
            }
        };
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String shown(String text) {
        String line = text.replace('\n', ' ');
        return "'" + (line.length() > LONGEST_SHOWN ? line.substring(0, LONGEST_SHOWN) + "..." : line) + "'";
    }
}
