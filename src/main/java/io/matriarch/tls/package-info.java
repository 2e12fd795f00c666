/** TLS as Patroni's users configure it: PEM files with or without passwords, read anew while servers run, and OpenSSL's names of ciphers. */
@NullMarked
package io.matriarch.tls;

import org.jspecify.annotations.NullMarked;
