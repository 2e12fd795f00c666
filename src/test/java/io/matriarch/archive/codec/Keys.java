package io.matriarch.archive.codec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Key files for tests. */
public final class Keys {
    public static final String FIRST = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    public static final String SECOND = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    private Keys() {}

    public static Path file(Path file, String content) throws IOException {
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }
}
