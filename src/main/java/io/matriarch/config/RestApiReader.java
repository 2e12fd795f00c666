package io.matriarch.config;

import io.matriarch.config.RestApiSettings.VerifyClient;
import java.util.List;
import java.util.Optional;

/** Reads the restapi and ctl sections (reference 2.4 and 2.5). */
final class RestApiReader {
    private static final int LONGEST_QUEUE = 4096;
    private static final HostPort UNUSED = new HostPort("127.0.0.1", 1);

    private RestApiReader() {}

    static RestApiSettings readRestApi(Section section) {
        HostPort listen = section.address("listen", 0).orElse(UNUSED);
        if (section.text("listen").isEmpty()) {
            section.missing("listen", "host:port of the REST API, such as 0.0.0.0:8008");
        }
        section.whole("thread_pool_size", 5, 1, Integer.MAX_VALUE, "");
        return new RestApiSettings(
                listen,
                section.address("connect_address", listen.port()).orElse(listen),
                authentication(section),
                TlsReader.read(section, "certfile", "keyfile", "cafile"),
                section.text("ciphers"),
                verifyClient(section),
                section.texts("allowlist"),
                section.flag("allowlist_include_members", false),
                section.mapping("http_extra_headers"),
                section.mapping("https_extra_headers"),
                section.word("server_tokens", List.of("Original", "Minimal", "ProductOnly"))
                        .orElse("Original"),
                (int) section.whole("request_queue_size", 5, 0, LONGEST_QUEUE, ""));
    }

    /** Falls back to restapi's credentials and authority. */
    static CtlSettings readCtl(Section ctl, Section restapi) {
        TlsFiles own = TlsReader.read(ctl, "certfile", "keyfile", "cacert");
        Optional<Credentials> authentication =
                ctl.has("authentication") ? authentication(ctl) : authentication(restapi);
        Optional<String> authority = own.authority().or(() -> restapi.text("cafile"));
        return new CtlSettings(
                authentication,
                ctl.flag("insecure", false),
                new TlsFiles(own.certificate(), own.key(), own.keyPassword(), authority));
    }

    private static Optional<Credentials> authentication(Section section) {
        return section.section("authentication").credentials();
    }

    private static VerifyClient verifyClient(Section section) {
        return section.word("verify_client", List.of("none", "optional", "required"))
                .map(word -> switch (word) {
                    case "optional" -> VerifyClient.OPTIONAL;
                    case "required" -> VerifyClient.REQUIRED;
                    default -> VerifyClient.NONE;
                })
                .orElse(VerifyClient.NONE);
    }
}
