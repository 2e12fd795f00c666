package io.matriarch.cli;

import io.matriarch.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads an array as PostgreSQL writes it, such as {@code {1,NULL,"a b"}}; arrays may be nested. */
final class PostgresArray {
    private final String text;
    private final Function<String, Value> element;
    private int at;

    private PostgresArray(String text, Function<String, Value> element) {
        this.text = text;
        this.element = element;
        this.at = text.indexOf('{'); // bounds other than the usual stand before it: [0:1]={1,2}
    }

    /** {@code element}: what the text of one element means. */
    static Value parse(String text, Function<String, Value> element) {
        return text.contains("{") ? new PostgresArray(text, element).array() : Value.of(text);
    }

    private Value.Sequence array() {
        List<Value> items = new ArrayList<>();
        at++;
        while (at < text.length() && text.charAt(at) != '}') {
            switch (text.charAt(at)) {
                case ',' -> at++;
                case '{' -> items.add(array());
                case '"' -> items.add(element.apply(quoted()));
                default -> items.add(bare());
            }
        }
        at++;
        return new Value.Sequence(items);
    }

    private Value bare() {
        int start = at;
        while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != '}') {
            at++;
        }
        String word = text.substring(start, at);
        return word.equals("NULL") ? new Value.Null() : element.apply(word);
    }

    private String quoted() {
        StringBuilder inner = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            inner.append(text.charAt(at));
            at++;
        }
        at++;
        return inner.toString();
    }
}
