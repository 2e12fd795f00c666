package io.matriarch.archive.store;

import io.matriarch.config.S3Settings;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** What a server of S3 answered, in words for a person. Keys of no kind are ever in them. */
final class S3Problems {
    private static final int REDIRECT = 300;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;

    private final S3Settings settings;

    S3Problems(S3Settings settings) {
        this.settings = settings;
    }

    /** Whether the object has no name, or another one than was asked for. */
    static boolean absent(SdkException e) {
        return e instanceof AwsServiceException service
                && service.statusCode() == NOT_FOUND
                && !code(service).equals("NoSuchBucket");
    }

    /** Whether the name that should be created is taken. */
    static boolean taken(@Nullable Throwable e) {
        return e instanceof AwsServiceException service && service.statusCode() == PRECONDITION_FAILED;
    }

    /** Whether the server doesn't know what a condition is. */
    static boolean conditionRefused(@Nullable Throwable e) {
        return e instanceof AwsServiceException service
                && (service.statusCode() == NOT_IMPLEMENTED
                        || (service.statusCode() == BAD_REQUEST && code(service).equals("NotImplemented")));
    }

    /** Whether the same request may succeed a moment later. */
    static boolean passing(SdkException e) {
        if (e instanceof AwsServiceException service) {
            int status = service.statusCode();
            return status == CONFLICT || status == TOO_MANY || (status >= SERVER_ERROR && status != NOT_IMPLEMENTED);
        }
        return cause(e, SSLException.class).isEmpty()
                && (e.retryable()
                        || e instanceof ApiCallAttemptTimeoutException
                        || cause(e, java.io.IOException.class).isPresent());
    }

    /** Says what happened when {@code doing} something, where, and what to do. */
    StoreException explain(String doing, String what, SdkException e) {
        String why = e instanceof AwsServiceException service ? refusal(service) : failure(e);
        return new StoreException(
                "can't " + doing + " " + what + " in the bucket " + settings.bucket() + " at " + server() + ": " + why,
                e);
    }

    String server() {
        return settings.endpoint().map(URI::toString).orElse("Amazon S3 in the region " + settings.region());
    }

    private String refusal(AwsServiceException e) {
        String code = code(e);
        return switch (code) {
            case "NoSuchBucket" -> "there is no such bucket; create it, or correct 'bucket'";
            case "InvalidAccessKeyId" -> "the server doesn't know the access key (" + keys() + ")";
            case "SignatureDoesNotMatch" -> "the secret key is wrong (" + keys() + ")";
            case "ExpiredToken", "TokenRefreshRequired", "InvalidToken" ->
                "the keys are no longer valid (" + keys() + ")";
            case "RequestTimeTooSkewed" -> "the clocks of this machine and of the server differ too much; set them";
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                "the bucket is in another region, or behind another endpoint; correct 'region' or 'endpoint'";
            default -> byStatus(e.statusCode(), code);
        };
    }

    private String byStatus(int status, String code) {
        String said = "HTTP " + status + (code.isEmpty() ? "" : " " + code);
        if (status == FORBIDDEN) {
            return "access denied (" + said + "); " + keys()
                    + " must be allowed s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket";
        }
        if (status == NOT_FOUND) {
            return "there is no such bucket (" + said + "); create it, or correct 'bucket' or 'path_style'";
        }
        if (status == PRECONDITION_FAILED) {
            return "the name is taken";
        }
        if (status >= REDIRECT && status < BAD_REQUEST) {
            return "the server sends us elsewhere (" + said + "); correct 'region' or 'endpoint'";
        }
        if (status >= SERVER_ERROR) {
            return "the server failed (" + said + "), several times; look at its log";
        }
        return "the server refuses it (" + said + ")";
    }

    private String failure(SdkException e) {
        if (e instanceof ApiCallAttemptTimeoutException || e instanceof ApiCallTimeoutException) {
            return "no answer within " + settings.timeout().toSeconds() + " s, several times";
        }
        if (cause(e, UnknownHostException.class).isPresent()) {
            return "the server's name isn't known; correct 'endpoint', or 'path_style: true' if the bucket's name stands before it";
        }
        if (cause(e, ConnectException.class).isPresent()
                || cause(e, NoRouteToHostException.class).isPresent()) {
            return "nobody answers there; does the server run, and is the port right?";
        }
        if (cause(e, SocketTimeoutException.class).isPresent()) {
            return "no answer in time, several times";
        }
        Optional<SSLException> tls = cause(e, SSLException.class);
        if (tls.isPresent()) {
            return "TLS failed (" + tls.get().getMessage() + "); is 'ca' the authority of the server's certificate?";
        }
        if (cause(e, SocketException.class).isPresent()) {
            return "the connection broke, several times";
        }
        String message = String.valueOf(e.getMessage());
        if (message.contains("credentials")) {
            return "no keys found: " + keys();
        }
        return message.lines().findFirst().orElse(e.getClass().getSimpleName());
    }

    private String keys() {
        return switch (settings.keys()) {
            case S3Settings.Keys.Usual() ->
                "the keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile file, or the instance's profile";
            case S3Settings.Keys.InFiles(var access, var secret) -> "the keys in " + access + " and " + secret;
            case S3Settings.Keys.InProfile(var file, var profile) ->
                "the keys of the profile " + profile + " in " + file;
        };
    }

    private static String code(AwsServiceException e) {
        return Optional.ofNullable(e.awsErrorDetails())
                .map(details -> details.errorCode())
                .orElse("");
    }

    private static <T extends Throwable> Optional<T> cause(Throwable e, Class<T> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }
}
