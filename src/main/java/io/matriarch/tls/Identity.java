package io.matriarch.tls;

import io.matriarch.config.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A private key and its certificate with those above it. */
record Identity(PrivateKey key, List<X509Certificate> chain) {
    private static final byte[] PROOF = {1};

    Identity {
        chain = List.copyOf(chain);
    }

    /** That of the files, if they name a certificate. */
    static Optional<Identity> of(TlsFiles files) throws TlsProblem {
        if (files.certificate().isEmpty()) {
            return Optional.empty();
        }
        PemBlocks certificate = PemBlocks.of(files.certificate().get());
        PemBlocks key = files.key().isPresent() ? PemBlocks.of(files.key().get()) : certificate;
        return Optional.of(new Identity(PrivateKeyFile.read(key, files.keyPassword()), certificates(certificate)));
    }

    /** All of a file; there is at least one. */
    static List<X509Certificate> certificates(PemBlocks file) throws TlsProblem {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (PemBlocks.Block block : file.blocks()) {
                if (block.type().endsWith("CERTIFICATE")) {
                    InputStream der = new ByteArrayInputStream(block.der());
                    certificates.add((X509Certificate) factory.generateCertificate(der));
                }
            }
        } catch (CertificateException e) {
            throw new TlsProblem("a certificate in " + file.file() + " can't be used: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new TlsProblem(file.file() + " has no certificate in PEM format");
        }
        return certificates;
    }

    /** Whether the key is the certificate's: else every handshake would fail. */
    boolean fits() {
        String signature = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> "SHA256withRSA";
        };
        if (key.getAlgorithm().equals("RSASSA-PSS")) {
            return true;
        }
        try {
            Signature made = Signature.getInstance(signature);
            made.initSign(key);
            made.update(PROOF);
            byte[] proof = made.sign();
            Signature checked = Signature.getInstance(signature);
            checked.initVerify(chain.getFirst().getPublicKey());
            checked.update(PROOF);
            return checked.verify(proof);
        } catch (GeneralSecurityException otherAlgorithm) {
            return false;
        }
    }
}
