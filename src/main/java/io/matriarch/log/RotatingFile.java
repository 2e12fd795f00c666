package io.matriarch.log;

import io.matriarch.config.LogSettings.FileSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A file to which lines are appended. When it is full it becomes {@code patroni.log.1}, what was that {@code patroni.log.2}, and so on. It is opened by the first line, and
 * again after each failure.
 */
final class RotatingFile implements Output {
    private final FileSettings settings;
    private Optional<OutputStream> open = Optional.empty();
    private long size;

    RotatingFile(FileSettings settings) {
        this.settings = settings;
    }

    @Override
    public void write(String line) throws IOException {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            OutputStream stream = stream();
            if (isFullWith(bytes.length)) {
                close();
                moveOn();
                stream = stream();
            }
            stream.write(bytes);
            size += bytes.length;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Without files to keep it grows, as Python's does. */
    private boolean isFullWith(int more) {
        return settings.bytes() > 0 && settings.kept() > 0 && size > 0 && size + more >= settings.bytes();
    }

    private OutputStream stream() throws IOException {
        if (open.isPresent()) {
            return open.get();
        }
        Path file = settings.current();
        OutputStream stream = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        open = Optional.of(stream);
        size = Files.size(file);
        if (settings.mode().isPresent()) {
            Files.setPosixFilePermissions(file, permissions(settings.mode().getAsInt()));
        }
        return stream;
    }

    private void moveOn() throws IOException {
        for (int number = settings.kept() - 1; number >= 1; number--) {
            Path older = numbered(number);
            if (Files.exists(older)) {
                Files.move(older, numbered(number + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(settings.current(), numbered(1), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path numbered(int number) {
        return settings.directory().resolve(settings.current().getFileName() + "." + number);
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromHighest = PosixFilePermission.values();
        for (int index = 0; index < fromHighest.length; index++) {
            if ((mode & (0400 >> index)) != 0) {
                permissions.add(fromHighest[index]);
            }
        }
        return permissions;
    }

    @Override
    public void close() {
        open.ifPresent(RotatingFile::closeQuietly);
        open = Optional.empty();
    }

    private static void closeQuietly(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException nothingIsBuffered) {
            return;
        }
    }
}
