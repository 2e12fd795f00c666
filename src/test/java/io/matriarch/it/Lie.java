package io.matriarch.it;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Twists the answers of a server of S3 that go through one connection: the checksum of what it was given is wrong, and from then on so are the objects that it gives back. */
final class Lie {
    private static final Pattern TAG = Pattern.compile("(?i)\\netag: \"?([0-9a-f]{2})");
    private static final Pattern EMPTY = Pattern.compile("(?i)\\ncontent-length: 0\\r");
    private static final Pattern OBJECT = Pattern.compile("(?i)\\ncontent-type: application/octet");
    private static final String END_OF_HEADER = "\r\n\r\n";

    private boolean told;
    private boolean object;

    void twist(byte[] answer, int length) {
        String text = new String(answer, 0, length, StandardCharsets.ISO_8859_1);
        int content = 0;
        if (text.startsWith("HTTP/1.1 ")) {
            content = text.indexOf(END_OF_HEADER) + END_OF_HEADER.length();
            object = OBJECT.matcher(text).find();
            Matcher tag = TAG.matcher(text);
            if (tag.find() && EMPTY.matcher(text).find()) {
                answer[tag.start(1)] = (byte) (answer[tag.start(1)] == '0' ? '1' : '0');
                told = true;
            }
        }
        if (told && object && length > content) {
            answer[length - 1] ^= 1;
        }
    }
}
