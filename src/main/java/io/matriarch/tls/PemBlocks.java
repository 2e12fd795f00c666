package io.matriarch.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks between BEGIN and END of a PEM file. */
record PemBlocks(Path file, List<Block> blocks) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("(?m)^DEK-Info:\\s*([A-Z0-9-]+),([0-9A-Fa-f]+)\\s*$");

    PemBlocks {
        blocks = List.copyOf(blocks);
    }

    /**
     * One of them.
     *
     * @param type such as CERTIFICATE
     * @param encryption the header DEK-Info of keys that OpenSSL has encrypted in its old way
     */
    record Block(String type, Optional<Encryption> encryption, String base64) {
        byte[] der() {
            return Base64.getDecoder().decode(base64);
        }
    }

    record Encryption(String cipher, String initialVector) {}

    static PemBlocks of(String name) throws TlsProblem {
        Path file = Path.of(name);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(read(file));
        try {
            while (matcher.find()) {
                blocks.add(block(matcher.group(1), matcher.group(2)));
            }
        } catch (IllegalArgumentException e) {
            throw new TlsProblem(file + " is damaged: a block isn't base 64", e);
        }
        return new PemBlocks(file, blocks);
    }

    private static String read(Path file) throws TlsProblem {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new TlsProblem(file + " can't be read: there is no such file", e);
        } catch (IOException e) {
            throw new TlsProblem(file + " can't be read: " + e, e);
        }
    }

    private static Block block(String type, String body) {
        Matcher header = HEADER.matcher(body);
        Optional<Encryption> encryption =
                header.find() ? Optional.of(new Encryption(header.group(1), header.group(2))) : Optional.empty();
        String base64 = body.lines().filter(line -> !line.contains(":")).reduce("", String::concat);
        Block block = new Block(type, encryption, base64.replaceAll("\\s", ""));
        block.der();
        return block;
    }
}
