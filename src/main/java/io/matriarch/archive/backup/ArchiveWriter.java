package io.matriarch.archive.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Cuts a file into parts while it is written. Nothing of it needs to be closed: what isn't finished is no archive. */
final class ArchiveWriter extends OutputStream {
    /** Of what is written, in each part but the last. */
    static final int PART = 16 << 20;

    private final PartUploads uploads;
    private final BackupName name;
    private final String archive;
    private final List<Future<StoredPart>> parts = new ArrayList<>();
    private byte[] part = new byte[PART];
    private int filled;

    ArchiveWriter(PartUploads uploads, BackupName name, String archive) {
        this.uploads = uploads;
        this.name = name;
        this.archive = archive;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            int count = Math.min(left, PART - filled);
            System.arraycopy(bytes, from, part, filled, count);
            filled += count;
            from += count;
            left -= count;
            if (filled == PART) {
                upload(part);
                part = new byte[PART];
                filled = 0;
            }
        }
    }

    /** Waits until everything is stored. An archive has at least one part. */
    StoredArchive finish() throws IOException {
        if (filled > 0 || parts.isEmpty()) {
            upload(Arrays.copyOf(part, filled));
            filled = 0;
        }
        List<StoredPart> stored = new ArrayList<>();
        for (Future<StoredPart> each : parts) {
            try {
                stored.add(each.get());
            } catch (ExecutionException e) {
                throw new IOException(PartUploads.reason(e), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        return new StoredArchive(archive, stored);
    }

    private void upload(byte[] content) throws IOException {
        parts.add(uploads.upload(name, archive, parts.size() + 1, content));
    }
}
