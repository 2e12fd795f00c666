package io.matriarch.config;

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
        return files;
    }
}
