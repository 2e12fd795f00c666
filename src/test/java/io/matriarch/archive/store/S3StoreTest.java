package io.matriarch.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.S3Server;
import io.matriarch.config.S3Settings;
import io.matriarch.config.S3Settings.Encryption;
import io.matriarch.config.S3Settings.Keys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3StoreTest extends ObjectStoreContract {
    private final AtomicInteger prefixes = new AtomicInteger();
    private Optional<S3Server> started = Optional.empty();

    @TempDir
    Path directory;

    @BeforeAll
    void startServer(@TempDir Path place) throws Exception {
        started = Optional.of(S3Server.start(place));
    }

    @AfterAll
    void stopServer() {
        started.ifPresent(S3Server::close);
    }

    @Override
    ObjectStore store() throws Exception {
        return S3Store.open(settings(server().endpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY));
    }

    @Test
    void objectsLieBelowThePrefix() throws Exception {
        ObjectStore store = store();
        store.create("a/b", bytes("content"));
        assertThat(server().objects().resolve("test" + prefixes.get() + "/a/b")).hasContent("content");
        assertThat(store.place()).isEqualTo("s3://herd/test" + prefixes.get() + "/");
    }

    @Test
    void aServersCertificateIsCheckedAgainstTheConfiguredAuthority() throws Exception {
        S3Settings plain = settings(server().secureEndpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY);
        assertThatThrownBy(() -> S3Store.open(plain).create("a", bytes("1")))
                .hasMessageContaining("TLS failed")
                .hasMessageContaining("is 'ca' the authority");
        ObjectStore trusting = S3Store.open(withAuthority(plain, server().certificate()));
        assertThat(trusting.create("a", bytes("1"))).isTrue();
        assertThat(trusting.create("a", bytes("2"))).isFalse();
    }

    @Test
    void whatIsWrongIsSaidWithWhereAndWhatToDo() throws Exception {
        S3Store missing = S3Store.open(settings(server().endpoint(), "nosuch", "secret", S3Server.SECRET_KEY));
        assertThatThrownBy(() -> missing.read("a"))
                .hasMessageContaining("the bucket nosuch at " + server().endpoint())
                .hasMessageContaining("there is no such bucket");
        assertThatThrownBy(() -> missing.find("a")).hasMessageContaining("there is no such bucket");
        assertThatThrownBy(missing::requireUsable).hasMessageContaining("there is no such bucket");
        S3Store wrong = S3Store.open(settings(server().endpoint(), S3Server.BUCKET, "wrong", "not-the-secret"));
        assertThatThrownBy(() -> wrong.create("a", bytes("1")))
                .hasMessageContaining("secret key is wrong")
                .hasMessageContaining(directory.resolve("wrong").toString())
                .hasMessageNotContaining("not-the-secret");
        S3Store nobody = S3Store.open(settings("http://127.0.0.1:1", S3Server.BUCKET, "secret", "x"));
        assertThatThrownBy(() -> nobody.read("a")).hasMessageContaining("nobody answers there");
    }

    @Test
    void keysThatEverybodyCanReadAreRefused() throws Exception {
        S3Settings settings = settings(server().endpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY);
        Files.setPosixFilePermissions(directory.resolve("secret"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> S3Store.open(settings)).hasMessageContaining("can be read by every user");
    }

    /** Older servers of S3 don't know the condition, and would replace the object. */
    @Test
    void aServerThatIgnoresOrRefusesConditionsIsAskedForTheNameFirst() throws Exception {
        for (ForgetfulServer.Manner manner : EnumSet.complementOf(EnumSet.of(ForgetfulServer.Manner.LIES))) {
            try (ForgetfulServer server = ForgetfulServer.start(manner, 0)) {
                S3Store store =
                        S3Store.open(settings(server.endpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY));
                assertThat(store.create("a", bytes("1"))).as(manner.name()).isTrue();
                assertThat(store.create("a", bytes("2"))).as(manner.name()).isFalse();
                assertThat(store.read("a")).as(manner.name()).contains(bytes("1"));
            }
        }
    }

    @Test
    void aServerThatStoresSomethingElseIsFoundOut() throws Exception {
        try (ForgetfulServer server = ForgetfulServer.start(ForgetfulServer.Manner.LIES, 0)) {
            S3Store store = S3Store.open(settings(server.endpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY));
            for (ThrowingCallable storing : List.<ThrowingCallable>of(
                    () -> store.replace("a", bytes("content")), () -> store.create("b", bytes("content")))) {
                assertThatThrownBy(storing)
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("the server has stored something else than it was sent as ")
                        .hasMessageContaining(", and gives other bytes back");
            }
        }
    }

    @Test
    void aServerThatFailsForAMomentIsAskedAgainAndOneThatFailsOnIsGivenUp() throws Exception {
        try (ForgetfulServer server = ForgetfulServer.start(ForgetfulServer.Manner.IGNORES, 2)) {
            S3Store store = S3Store.open(settings(server.endpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY));
            store.replace("a", bytes("1"));
            assertThat(store.read("a")).contains(bytes("1"));
        }
        try (ForgetfulServer server = ForgetfulServer.start(ForgetfulServer.Manner.IGNORES, 100)) {
            S3Store store = S3Store.open(settings(server.endpoint(), S3Server.BUCKET, "secret", S3Server.SECRET_KEY));
            assertThatThrownBy(() -> store.replace("a", bytes("1")))
                    .hasMessageContaining("the server failed (HTTP 503 SlowDown), several times");
        }
    }

    private S3Server server() {
        return started.orElseThrow();
    }

    private S3Settings settings(String endpoint, String bucket, String secretFile, String secret) throws IOException {
        return new S3Settings(
                bucket,
                "test" + prefixes.incrementAndGet() + "/",
                Optional.of(URI.create(endpoint)),
                "us-east-1",
                true,
                new Keys.InFiles(file("access", S3Server.ACCESS_KEY), file(secretFile, secret)),
                Optional.empty(),
                new Encryption.OfBucket(),
                Duration.ofSeconds(20));
    }

    private static S3Settings withAuthority(S3Settings settings, Path authority) {
        return new S3Settings(
                settings.bucket(),
                settings.prefix(),
                settings.endpoint(),
                settings.region(),
                settings.pathStyle(),
                settings.keys(),
                Optional.of(authority),
                settings.encryption(),
                settings.timeout());
    }

    private Path file(String name, String content) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }
}
