package io.matriarch.doctor;

import io.matriarch.config.Configuration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The certificates in the files that a node's configuration names. */
final class CertificateFiles {
    private CertificateFiles() {}

    static List<Certificate> of(Configuration configuration) {
        Map<String, String> files = new LinkedHashMap<>();
        configuration.restapi().tls().certificate().ifPresent(file -> files.put("restapi.certfile", file));
        configuration.restapi().tls().authority().ifPresent(file -> files.put("restapi.cafile", file));
        configuration.ctl().tls().certificate().ifPresent(file -> files.put("ctl.certfile", file));
        configuration.etcd().tls().certificate().ifPresent(file -> files.put("etcd3.cert", file));
        configuration.etcd().tls().authority().ifPresent(file -> files.put("etcd3.cacert", file));
        return files.entrySet().stream()
                .map(entry -> read(entry.getKey() + " " + entry.getValue(), Path.of(entry.getValue())))
                .toList();
    }

    /** Of several the one that ends first. */
    static Certificate read(String where, Path file) {
        try (InputStream input = Files.newInputStream(file)) {
            Optional<Instant> first = CertificateFactory.getInstance("X.509").generateCertificates(input).stream()
                    .map(X509Certificate.class::cast)
                    .map(certificate -> certificate.getNotAfter().toInstant())
                    .min(Instant::compareTo);
            return new Certificate(where, first, first.isPresent() ? "" : "the file holds none");
        } catch (IOException e) {
            return new Certificate(where, Optional.empty(), "the file can't be read: " + e.getMessage());
        } catch (CertificateException e) {
            return new Certificate(where, Optional.empty(), "the file holds none: " + e.getMessage());
        }
    }
}
