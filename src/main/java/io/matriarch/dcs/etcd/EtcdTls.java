package io.matriarch.dcs.etcd;

import io.matriarch.config.TlsFiles;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

/** TLS towards etcd: the authority of the settings, or those that the machine trusts, and the certificate to show, if there is one. */
final class EtcdTls {
    private EtcdTls() {}

    static void apply(TlsFiles files, HttpClientOptions options) {
        options.setSsl(true);
        files.authority().ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file)));
        files.certificate()
                .ifPresent(file -> options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(file)
                        .addKeyPath(files.key().orElse(file))));
    }
}
