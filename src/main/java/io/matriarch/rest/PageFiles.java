package io.matriarch.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The files of the status page, from the class path or the native image. Read for each request: few ask, and memory is dear. */
final class PageFiles {
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html;charset=utf-8",
            "page.css", "text/css;charset=utf-8",
            "page.js", "text/javascript;charset=utf-8",
            "icon.svg", "image/svg+xml");

    /** {@code tag}: an ETag, of the content. */
    record File(String type, String text, String tag) {}

    /** Absent when the page has no file called so; a name is never a path. */
    Optional<File> find(String name) {
        return Optional.ofNullable(TYPES.get(name)).map(type -> {
            byte[] content = read("/ui/" + name);
            return new File(type, new String(content, StandardCharsets.UTF_8), tag(content));
        });
    }

    private static byte[] read(String resource) {
        try (InputStream content = PageFiles.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException(resource + " is not in this program");
            }
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tag(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return '"'
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(hash)
                            .substring(0, 22)
                    + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
