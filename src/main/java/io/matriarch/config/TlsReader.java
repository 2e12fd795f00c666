package io.matriarch.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The TLS files of a client or server section. */
final class TlsReader {
    private TlsReader() {}

    static TlsFiles read(Section section, String certificate, String key, String authority) {
        TlsFiles files = new TlsFiles(
                section.text(certificate),
                section.text(key),
                section.secret("keyfile_password"),
                section.text(authority));
        if (files.key().isPresent() && files.certificate().isEmpty()) {
            section.problem(key, "a key needs a certificate in " + section.path(certificate));
        }
        files.certificate().ifPresent(file -> checkReadable(section, certificate, file));
        files.key().ifPresent(file -> checkReadable(section, key, file));
        files.authority().ifPresent(file -> checkReadable(section, authority, file));
        return files;
    }

    private static void checkReadable(Section section, String key, String file) {
        try {
            if (!Files.isReadable(Path.of(file))) {
                section.mistake(key, Section.shown(file) + " doesn't exist or can't be read by this user");
            }
        } catch (InvalidPathException e) {
            section.mistake(key, Section.shown(file) + " isn't a path: " + e.getReason());
        }
    }
}
