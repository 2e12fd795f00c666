package io.matriarch.doctor;

import io.matriarch.postgres.Inquiry.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what a server answers. */
final class Answers {
    private Answers() {}

    static Optional<List<Map<String, String>>> rows(Answer answer) {
        return answer instanceof Answer.Rows(List<Map<String, String>> rows) ? Optional.of(rows) : Optional.empty();
    }

    static String why(Answer answer) {
        return answer instanceof Answer.Refused(String _, String why) ? why : "";
    }

    static String text(Map<String, String> row, String column) {
        return row.getOrDefault(column, "");
    }

    static boolean truth(Map<String, String> row, String column) {
        return text(row, column).equals("t");
    }

    /** Zero for what isn't there. */
    static long number(Map<String, String> row, String column) {
        String text = text(row, column);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
