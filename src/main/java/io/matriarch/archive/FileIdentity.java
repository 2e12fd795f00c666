package io.matriarch.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What tells a file, with what is in it, from every other file and from itself after a change: device, number, size, and the times of the last change, which no program can set
 * back.
 */
record FileIdentity(String text) {
    static FileIdentity of(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
        return new FileIdentity(attributes.get("dev") + " " + attributes.get("ino") + " " + attributes.get("size") + " "
                + attributes.get("lastModifiedTime") + " " + attributes.get("ctime"));
    }
}
