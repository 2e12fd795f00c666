package io.matriarch.doctor;

import io.matriarch.postgres.Inquiry;
import java.util.List;
import java.util.Map;

/** Gives every question the same answer. */
record FakeInquiry(Answer answer) implements Inquiry {
    static Answer rows(Map<String, String> row) {
        return new Answer.Rows(List.of(row));
    }

    @Override
    public Answer local(String sql) {
        return answer;
    }

    @Override
    public Answer remote(String connUrl, User user, String sql) {
        return answer;
    }

    @Override
    public Answer replication(String connUrl) {
        return answer;
    }
}
