package io.matriarch.archive;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What the file {@code NAME.sha256} says: the line of {@code sha256sum} for the file as it's stored, and when that isn't the content itself, what tells the content. Whoever
 * creates it first decides what the content of NAME is, and with which codec it's stored.
 *
 * @param stored the checksum of the stored bytes
 * @param file the name of the stored file without its directory, such as {@code NAME.zst}
 * @param mark of the content; absent when the content is stored as it is
 */
record ChecksumFile(Checksum stored, String file, Optional<ContentMark> mark) {
    static final String SUFFIX = ".sha256";

    /** Absent when the text is nothing that sha256sum could check. */
    static Optional<ChecksumFile> parse(byte[] text) {
        List<String> lines =
                new String(text, StandardCharsets.ISO_8859_1).lines().toList();
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String first = lines.getFirst();
        int name = first.lastIndexOf(' ') + 1;
        return Checksum.parse(first)
                .filter(_ -> name > 0)
                .map(checksum -> new ChecksumFile(
                        checksum,
                        first.substring(name),
                        lines.stream()
                                .skip(1)
                                .flatMap(line -> ContentMark.parse(line).stream())
                                .findFirst()));
    }

    byte[] text() {
        String comment = mark.map(ContentMark::line).orElse("");
        return (new String(stored.line(file), StandardCharsets.ISO_8859_1) + comment)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
