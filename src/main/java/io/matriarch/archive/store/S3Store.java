package io.matriarch.archive.store;

import io.matriarch.config.S3Settings;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * A bucket of S3, or of a server that talks like it.
 *
 * <p>{@link #create} asks the server to refuse a name that is taken ({@code If-None-Match: *}). A server that refuses the condition, or ignores it, is asked for the name
 * first: then two that create the same object within the same moment both succeed, and the later one stays.
 */
public final class S3Store implements ObjectStore {
    /** Written twice by the first creation of a process, to learn whether the server heeds the condition. */
    static final String PROBE = "probe";

    private final S3Settings settings;
    private final S3Client client;
    private final Attempts attempts;
    private volatile Conditions conditions = Conditions.UNKNOWN;

    private enum Conditions {
        UNKNOWN,
        HEEDED,
        IGNORED
    }

    private S3Store(S3Settings settings, S3Client client) {
        this.settings = settings;
        this.client = client;
        this.attempts = new Attempts(new S3Problems(settings));
    }

    /**
     * Opens a bucket, without asking the server anything yet.
     *
     * @throws StoreException if keys or certificates can't be read
     */
    public static S3Store open(S3Settings settings) throws StoreException {
        return new S3Store(settings, S3Clients.open(settings));
    }

    @Override
    public String place() {
        return "s3://" + settings.bucket() + "/" + settings.prefix();
    }

    @Override
    public void requireUsable() throws StoreException {
        attempts.make("look at", "the bucket", () -> client.headBucket(request -> request.bucket(settings.bucket())));
    }

    @Override
    public boolean create(String name, byte[] content) throws StoreException {
        if (conditions == Conditions.UNKNOWN) {
            probe();
        }
        if (conditions == Conditions.HEEDED) {
            return putIfAbsent(name, content);
        }
        if (find(name).isPresent()) {
            return false;
        }
        replace(name, content);
        return true;
    }

    @Override
    public void replace(String name, byte[] content) throws StoreException {
        prove(
                name,
                content,
                attempts.make("store", name, () -> client.putObject(put(name).build(), body(content))));
    }

    /**
     * The answer has the server's own checksum of what it has stored. When that isn't the one of what was sent, the server is asked for the object: some give it a tag that is no
     * checksum.
     *
     * @throws StoreException if it has stored something else
     */
    private void prove(String name, byte[] content, PutObjectResponse answer) throws StoreException {
        Optional<String> told = answer.serverSideEncryption() == ServerSideEncryption.AWS_KMS
                ? Optional.empty()
                : EntityTag.md5(answer);
        if (told.isEmpty() || told.get().equals(EntityTag.md5(content))) {
            return;
        }
        if (read(name).filter(there -> Arrays.equals(there, content)).isEmpty()) {
            throw new StoreException("the server has stored something else than it was sent as " + name
                    + " in the bucket " + settings.bucket() + " at " + new S3Problems(settings).server()
                    + ": it answers the MD5 " + told.get() + " instead of " + EntityTag.md5(content)
                    + ", and gives other bytes back; its disk or memory may be broken");
        }
    }

    @Override
    public Optional<byte[]> read(String name) throws StoreException {
        String key = key(name);
        return attempts.find(
                "read",
                name,
                () -> client.getObject(
                        request -> request.bucket(settings.bucket()).key(key), S3Store::content));
    }

    @Override
    public Optional<StoredObject> find(String name) throws StoreException {
        String key = key(name);
        Optional<HeadObjectResponse> found = attempts.find(
                "look at",
                name,
                () -> client.headObject(
                        request -> request.bucket(settings.bucket()).key(key)));
        if (found.isEmpty()) {
            // the answer has no body that would tell a missing bucket
            requireUsable();
        }
        return found.map(head -> new StoredObject(name, head.contentLength(), head.lastModified()));
    }

    @Override
    public List<StoredObject> list(String prefix) throws StoreException {
        ObjectName.checkPrefix(prefix);
        List<StoredObject> found = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Optional<String> from = next;
            ListObjectsV2Response page = attempts.make(
                    "list",
                    prefix.isEmpty() ? "all objects" : prefix,
                    () -> client.listObjectsV2(request -> request.bucket(settings.bucket())
                            .prefix(settings.prefix() + prefix)
                            .continuationToken(from.orElse(null))));
            for (S3Object object : page.contents()) {
                String name = object.key().substring(settings.prefix().length());
                if (ObjectName.valid(name) && !name.equals(PROBE)) {
                    found.add(new StoredObject(name, object.size(), object.lastModified()));
                }
            }
            next = Optional.ofNullable(page.nextContinuationToken());
        } while (next.isPresent());
        found.sort(Comparator.comparing(StoredObject::name));
        return List.copyOf(found);
    }

    @Override
    public boolean any(String prefix) throws StoreException {
        ObjectName.checkPrefix(prefix);
        ListObjectsV2Response page = attempts.make(
                "list",
                prefix,
                () -> client.listObjectsV2(request -> request.bucket(settings.bucket())
                        .prefix(settings.prefix() + prefix)
                        .maxKeys(1)));
        return !page.contents().isEmpty();
    }

    @Override
    public List<String> present(String name, List<String> suffixes) throws StoreException {
        List<String> there = list(name).stream().map(StoredObject::name).toList();
        return suffixes.stream().filter(suffix -> there.contains(name + suffix)).toList();
    }

    @Override
    public void delete(String name) throws StoreException {
        String key = key(name);
        attempts.make(
                "delete",
                name,
                () -> client.deleteObject(
                        request -> request.bucket(settings.bucket()).key(key)));
    }

    @Override
    public void close() {
        client.close();
    }

    /** A server that ignores the condition would replace another one's object. */
    private synchronized void probe() throws StoreException {
        if (conditions != Conditions.UNKNOWN) {
            return;
        }
        byte[] content = "matriarch\n".getBytes(StandardCharsets.US_ASCII);
        putIfAbsent(PROBE, content);
        boolean ignored = putIfAbsent(PROBE, content);
        if (conditions == Conditions.UNKNOWN) {
            conditions = ignored ? Conditions.IGNORED : Conditions.HEEDED;
        }
    }

    private boolean putIfAbsent(String name, byte[] content) throws StoreException {
        PutObjectRequest request = put(name).ifNoneMatch("*").build();
        try {
            Attempts.Outcome<Optional<PutObjectResponse>> taken =
                    attempts.take(name, () -> client.putObject(request, body(content)));
            if (taken.answer().isPresent()) {
                prove(name, content, taken.answer().get());
                return true;
            }
            // the answer to an earlier attempt of ours may have been lost
            return taken.repeated()
                    && read(name).filter(there -> Arrays.equals(there, content)).isPresent();
        } catch (StoreException e) {
            if (S3Problems.conditionRefused(e.getCause())) {
                conditions = Conditions.IGNORED;
                return create(name, content);
            }
            throw e;
        }
    }

    private PutObjectRequest.Builder put(String name) {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(settings.bucket()).key(key(name));
        switch (settings.encryption()) {
            case S3Settings.Encryption.OfBucket() -> {}
            case S3Settings.Encryption.OfS3() -> request.serverSideEncryption(ServerSideEncryption.AES256);
            case S3Settings.Encryption.OfKms(Optional<String> key) -> {
                request.serverSideEncryption(ServerSideEncryption.AWS_KMS);
                key.ifPresent(request::ssekmsKeyId);
            }
        }
        return request;
    }

    private String key(String name) {
        ObjectName.check(name);
        return settings.prefix() + name;
    }

    private static RequestBody body(byte[] content) {
        if (content.length > LARGEST) {
            throw new IllegalArgumentException("an object would have " + content.length + " bytes");
        }
        return RequestBody.fromContentProvider(
                ContentStreamProvider.fromByteArrayUnsafe(content), content.length, "application/octet-stream");
    }

    /** All of an answer's bytes, in one array of the announced length. */
    private static byte[] content(GetObjectResponse answer, AbortableInputStream in) throws IOException {
        long length = answer.contentLength();
        if (length > LARGEST) {
            in.abort();
            throw new IOException("the object has " + length + " bytes, more than any object has");
        }
        byte[] content = in.readNBytes((int) length);
        if (content.length < length) {
            throw new EOFException("the answer ended too early");
        }
        return content;
    }
}
