package io.matriarch.postgres;

import java.util.ArrayList;
import java.util.List;

/** Splits a command line as a POSIX shell would: blanks, single and double quotes, backslashes; nothing is expanded. */
final class ShellWords {
    private ShellWords() {}

    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char character = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(character)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                }
                inWord = false;
            } else if (character == quote) {
                quote = 0;
            } else if (quote == 0 && (character == '\'' || character == '"')) {
                quote = character;
                inWord = true;
            } else {
                boolean escaped = character == '\\' && quote != '\'' && i + 1 < line.length();
                word.append(escaped ? line.charAt(++i) : character);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}
