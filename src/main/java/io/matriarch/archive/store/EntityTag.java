package io.matriarch.archive.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** The ETag of an object that was stored at once: usually its MD5. It proves nothing against an attacker, and shows what was broken on the way or by the server. */
final class EntityTag {
    private static final Pattern MD5 = Pattern.compile("\"?([0-9a-fA-F]{32})\"?");

    private EntityTag() {}

    /** In small hexadecimal digits; absent when the server gives none, or something of another form. */
    static Optional<String> md5(PutObjectResponse answer) {
        return Optional.ofNullable(answer.eTag())
                .map(MD5::matcher)
                .filter(Matcher::matches)
                .map(tag -> tag.group(1).toLowerCase(java.util.Locale.ROOT));
    }

    static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
