package io.matriarch.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Free space of the data directory's and of the WAL's volume. */
final class SpaceCheck implements Check {
    private static final long PLENTY = 20L << 30;
    private static final long HARDLY_ANY = 256L << 20;
    private static final int PERCENT_LOW = 10;
    private static final int PERCENT_CRITICAL = 2;

    private final Path data;
    private final Volumes volumes;

    SpaceCheck(Path data, Volumes volumes) {
        this.data = data;
        this.volumes = volumes;
    }

    /** Looks at the file system that a folder lies in. */
    @FunctionalInterface
    interface Volumes {
        Volume of(Path folder) throws IOException;
    }

    /** @param name tells volumes apart */
    record Volume(String name, long free, long size) {}

    @Override
    public String name() {
        return "free space";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        if (!Files.exists(data)) {
            report.ok(data.toString(), "there is no data directory yet");
            return report.findings();
        }
        try {
            Volume volume = volumes.of(data);
            judge(report, data, volume);
            Path wal = data.resolve("pg_wal");
            if (Files.exists(wal) && !volumes.of(wal).name().equals(volume.name())) {
                judge(report, wal, volumes.of(wal));
            }
        } catch (IOException e) {
            report.unknown(
                    data.toString(),
                    "it can't be looked at: " + e.getMessage(),
                    "run this as the owner of the data directory");
        }
        return report.findings();
    }

    private static void judge(Report report, Path folder, Volume volume) {
        long percent = volume.size() > 0 ? volume.free() * 100 / volume.size() : 0;
        String what = "%s free of %s (%d %%)".formatted(Bytes.text(volume.free()), Bytes.text(volume.size()), percent);
        String advice = "make room or enlarge it; look at slots that hold WAL, failing archive_command, temporary files"
                + " and logs, and never delete in pg_wal by hand";
        if (volume.free() < HARDLY_ANY || percent < PERCENT_CRITICAL) {
            report.error(folder.toString(), what, advice);
        } else if (percent < PERCENT_LOW && volume.free() < PLENTY) {
            report.warning(folder.toString(), what, advice);
        } else {
            report.ok(folder.toString(), what);
        }
    }
}
