package io.matriarch.tls;

import io.matriarch.config.TlsFiles;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a running server or client shows and trusts: read from files, and read again when they have changed, without touching its connections. */
public final class TlsMaterial {
    private final AtomicReference<Optional<X509ExtendedTrustManager>> authority =
            new AtomicReference<>(Optional.empty());
    private final ShownCertificate shown = new ShownCertificate();
    private final TrustedAuthority trusted = new TrustedAuthority(authority::get);

    /** @throws TlsProblem if a file can't be used */
    public static TlsMaterial of(TlsFiles files) throws TlsProblem {
        TlsMaterial material = new TlsMaterial();
        material.read(files);
        return material;
    }

    /**
     * Shows and trusts what the files hold now; if one of them can't be used, what was there before.
     *
     * @throws TlsProblem in that case
     */
    public void read(TlsFiles files) throws TlsProblem {
        Optional<Identity> identity = Identity.of(files);
        if (identity.filter(own -> !own.fits()).isPresent()) {
            throw new TlsProblem("the private key in "
                    + files.key().or(files::certificate).orElse("") + " isn't that of the certificate in "
                    + files.certificate().orElse(""));
        }
        Optional<X509ExtendedTrustManager> read = files.authority().isPresent()
                ? Optional.of(trust(files.authority().get()))
                : Optional.empty();
        identity.ifPresent(shown::show);
        authority.set(read);
    }

    private static X509ExtendedTrustManager trust(String file) throws TlsProblem {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate certificate : Identity.certificates(PemBlocks.of(file))) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsProblem("the certificates in " + file + " can't be used: " + e, e);
        }
    }

    /** The certificate that is shown, for a server's or a client's options. */
    public ShownCertificate shown() {
        return shown;
    }

    /** Who is trusted; without an authority, nobody. */
    public TrustedAuthority trusted() {
        return trusted;
    }
}
