package io.matriarch.archive.store;

import io.matriarch.config.S3Settings;
import io.matriarch.config.S3Settings.Keys;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Makes the SDK's client of what is configured. */
final class S3Clients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int LARGEST_KEY_FILE = 4096;

    private S3Clients() {}

    static S3Client open(S3Settings settings) throws StoreException {
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                .credentialsProvider(credentials(settings.keys()))
                .httpClient(http(settings))
                // many servers that aren't Amazon's don't know the newer checksums; ours cover everything
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(S3Configuration.builder()
                        .chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false)
                        .build())
                .overrideConfiguration(override -> override.apiCallAttemptTimeout(settings.timeout())
                        .apiCallTimeout(settings.timeout())
                        .retryStrategy(AwsRetryStrategy.doNotRetry()));
        settings.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(Keys keys) throws StoreException {
        return switch (keys) {
            case Keys.Usual() -> DefaultCredentialsProvider.builder().build();
            case Keys.InFiles(Path access, Path secret) ->
                StaticCredentialsProvider.create(AwsBasicCredentials.create(word(access), word(secret)));
            case Keys.InProfile(Path file, String profile) -> {
                requirePrivate(file);
                yield ProfileCredentialsProvider.builder()
                        .profileFile(ProfileFile.builder()
                                .content(file)
                                .type(ProfileFile.Type.CREDENTIALS)
                                .build())
                        .profileName(profile)
                        .build();
            }
        };
    }

    private static String word(Path file) throws StoreException {
        requirePrivate(file);
        try {
            String word = Files.size(file) > LARGEST_KEY_FILE
                    ? ""
                    : Files.readString(file).strip();
            if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
                throw new StoreException(file + " doesn't hold a key of S3 and nothing else");
            }
            return word;
        } catch (CharacterCodingException e) {
            throw new StoreException(file + " doesn't hold a key of S3 and nothing else");
        } catch (IOException e) {
            throw new StoreException("can't read the key of S3 in " + file + ": " + FileProblem.reason(e), e);
        }
    }

    private static void requirePrivate(Path file) throws StoreException {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new StoreException("the keys of S3 in " + file
                        + " can be read by every user of this machine: 'chmod o= " + file + "'");
            }
        } catch (IOException e) {
            throw new StoreException("can't read the keys of S3 in " + file + ": " + FileProblem.reason(e), e);
        }
    }

    private static SdkHttpClient http(S3Settings settings) throws StoreException {
        UrlConnectionHttpClient.Builder builder = UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT.compareTo(settings.timeout()) < 0 ? CONNECT : settings.timeout())
                .socketTimeout(settings.timeout());
        if (settings.authority().isPresent()) {
            TrustManager[] trusted = trust(settings.authority().get());
            builder.tlsTrustManagersProvider(() -> trusted);
        }
        return builder.build();
    }

    private static TrustManager[] trust(Path authority) throws StoreException {
        try (InputStream in = Files.newInputStream(authority)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new StoreException(authority + " ('ca') holds no certificate in PEM");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("authority" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new StoreException(authority + " ('ca') isn't a file of certificates in PEM: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new StoreException(
                    "can't read the certificates in " + authority + " ('ca'): " + FileProblem.reason(e), e);
        }
    }
}
