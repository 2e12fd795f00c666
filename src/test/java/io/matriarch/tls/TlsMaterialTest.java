package io.matriarch.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.config.Secret;
import io.matriarch.config.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With files that openssl writes. */
class TlsMaterialTest {
    private static final String PASSWORD = "geheim9";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void keys() throws Exception {
        make("rsa", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
        make("ec", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
        make("ed", "genpkey", "-algorithm", "ED25519");
        for (String kind : List.of("rsa", "ec", "ed")) {
            make(kind + ".crt", "req", "-x509", "-subj", "/CN=" + kind, "-key", file(kind));
        }
    }

    private static void make(String name, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("-out", file(name)));
        Openssl.output(all.toArray(String[]::new));
    }

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    private static PrivateKey read(String name, Optional<String> password) throws TlsProblem {
        return PrivateKeyFile.read(PemBlocks.of(file(name)), password.map(Secret::new));
    }

    /** The old form of an elliptic curve's key may hold its public key too, so the encodings differ. */
    private static Object number(PrivateKey key) {
        return key instanceof ECPrivateKey curve ? curve.getS() : key;
    }

    /** PKCS #8 and the old forms, encrypted in the new and the old way, or not at all. */
    @ParameterizedTest
    @CsvSource({
        "rsa, pkey -aes256",
        "rsa, rsa -traditional -aes128",
        "rsa, rsa -traditional -aes256",
        "rsa, rsa -traditional -des3",
        "rsa, rsa -traditional",
        "rsa, pkcs8 -topk8 -v1 PBE-SHA1-3DES",
        "rsa, pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512",
        "ec, pkey -aes256",
        "ec, ec -aes192",
        "ec, ec",
        "ed, pkey -aes256",
        "ed, pkey"
    })
    void theSameKeyInEachForm(String kind, String form) throws Exception {
        List<String> arguments = new ArrayList<>(Arrays.asList(form.split(" ", -1)));
        arguments.addAll(List.of("-in", file(kind)));
        boolean encrypted = form.contains("-aes") || form.contains("-des") || form.contains("-topk8");
        if (encrypted) {
            arguments.addAll(List.of("-passout", "pass:" + PASSWORD));
        }
        make("other", arguments.toArray(String[]::new));
        assertThat(Files.readString(Path.of(file("other"))).contains("ENCRYPTED"))
                .isEqualTo(encrypted);
        assertThat(number(read("other", Optional.of(PASSWORD)))).isEqualTo(number(read(kind, Optional.empty())));
        if (encrypted) {
            assertThatThrownBy(() -> read("other", Optional.of("wrong")))
                    .isInstanceOf(TlsProblem.class)
                    .hasMessage("the private key in %s can't be decrypted: is keyfile_password right?", file("other"));
            assertThatThrownBy(() -> read("other", Optional.empty()))
                    .isInstanceOf(TlsProblem.class)
                    .hasMessage("the private key in %s is encrypted: set keyfile_password", file("other"));
        }
    }

    private static TlsFiles files(String certificate, String key) {
        return new TlsFiles(
                Optional.of(file(certificate)), Optional.of(file(key)), Optional.empty(), Optional.of(file("rsa.crt")));
    }

    @Test
    void whatCanNotBeUsedChangesNothing() throws Exception {
        TlsMaterial material = TlsMaterial.of(files("rsa.crt", "rsa"));
        String alias = String.valueOf(material.shown().chooseEngineServerAlias("RSA", null, null));
        Files.writeString(Path.of(file("junk")), "no PEM at all");
        Files.writeString(Path.of(file("broken")), "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
        Files.writeString(Path.of(file("empty")), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> material.read(files("junk", "rsa")))
                .hasMessageEndingWith("has no certificate in PEM format");
        assertThatThrownBy(() -> material.read(files("rsa.crt", "junk")))
                .hasMessageEndingWith("has no private key in PEM format");
        assertThatThrownBy(() -> material.read(files("broken", "rsa"))).hasMessageContaining("isn't base 64");
        assertThatThrownBy(() -> material.read(files("nosuch", "rsa"))).hasMessageEndingWith("there is no such file");
        assertThatThrownBy(() -> material.read(files("rsa.crt", "empty"))).hasMessageContaining("can't be used");
        assertThatThrownBy(() -> material.read(files("ec.crt", "rsa")))
                .hasMessageContaining("isn't that of the certificate in");
        make("rsa2", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
        assertThatThrownBy(() -> material.read(files("rsa.crt", "rsa2")))
                .hasMessageContaining("isn't that of the certificate in");
        assertThat(material.shown().chooseEngineServerAlias("RSA", null, null)).isEqualTo(alias);
    }

    /** Whoever has begun a handshake with the former certificate ends it with that. */
    @Test
    void theFormerCertificateStaysForThoseWhoHaveBegunWithIt() throws Exception {
        TlsMaterial material = TlsMaterial.of(files("rsa.crt", "rsa"));
        String former = String.valueOf(material.shown().chooseEngineServerAlias("RSA", null, null));
        material.read(files("ec.crt", "ec"));
        assertThat(material.shown().chooseEngineServerAlias("RSA", null, null)).isNull();
        String newer = String.valueOf(material.shown().chooseEngineServerAlias("EC", null, null));
        assertThat(material.shown().getPrivateKey(newer)).isEqualTo(read("ec", Optional.empty()));
        assertThat(material.shown().getPrivateKey(former)).isEqualTo(read("rsa", Optional.empty()));
        assertThat(material.shown().getCertificateChain(former)).hasSize(1);
    }
}
