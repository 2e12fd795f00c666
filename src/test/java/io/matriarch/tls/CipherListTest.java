package io.matriarch.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside OpenSSL's own opinion. */
class CipherListTest {
    private static String openssl(String java) {
        return java.replaceFirst("^TLS_", "")
                .replace("WITH_", "")
                .replaceFirst("AES_(\\d+)_CBC", "AES$1")
                .replaceFirst("AES_(\\d+)", "AES$1")
                .replaceFirst("POLY1305_SHA256", "POLY1305")
                .replace('_', '-');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DEFAULT",
                "HIGH:!aNULL:!MD5",
                "ALL",
                "ECDHE+AESGCM:DHE+AESGCM",
                "EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH",
                "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
                "HIGH:-DHE:+AES128:!SHA1",
                "ALL:!ECDHE:@STRENGTH",
                "HIGH:+CHACHA20:!aECDSA:RC4",
                "SHA256:SHA384:AES128+SHA",
                "TLSv1.2:!DH",
                "AES128:AES256:CHACHA20:@STRENGTH",
            })
    void asOpenssl(String list) throws Exception {
        Set<String> known = CipherList.suites("ALL").stream()
                .skip(3)
                .map(CipherListTest::openssl)
                .collect(Collectors.toSet());
        List<String> theirs = Arrays.stream(Openssl.output("ciphers", "-tls1_2", "-s", list + ":@SECLEVEL=0")
                        .strip()
                        .split(":", -1))
                .filter(known::contains)
                .toList();
        List<String> ours = CipherList.suites(list).stream()
                .skip(3)
                .map(CipherListTest::openssl)
                .toList();
        assertThat(ours).isNotEmpty().isEqualTo(theirs);
    }

    @Test
    void javaHasAllOfThem() throws Exception {
        assertThat(SSLContext.getDefault().createSSLEngine().getSupportedCipherSuites())
                .containsAll(CipherList.suites("ALL"));
    }

    @Test
    void nothingSelected() {
        assertThatThrownBy(() -> CipherList.suites("NULL-MD5:nonsense"))
                .isInstanceOf(TlsProblem.class)
                .hasMessage("ciphers: NULL-MD5:nonsense selects no cipher that is known here");
    }
}
