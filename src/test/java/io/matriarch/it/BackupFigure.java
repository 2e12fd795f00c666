package io.matriarch.it;

/** What {@code it/bench backup} measures. */
enum BackupFigure implements Measure {
    BACKUP("whole backup, 2 jobs, zstd", "MB/s of the cluster", ""),
    BACKUP_CPU("whole backup: CPU, with that of the server", "s", ""),
    BACKUP_MEMORY("whole backup: most memory, all processes", "MB", ""),
    SIZE("repository with one backup", "MB", ""),
    RESTORE("restore, 2 jobs", "MB/s of the cluster", ""),
    RESTORE_CPU("restore: CPU", "s", ""),
    RESTORE_MEMORY("restore: most memory, all processes", "MB", ""),
    ARCHIVE("archiving under load, 2 workers ahead, zstd", "segments/s", ""),
    PUSH_PLAIN("one segment, start to done, not compressed", "ms", "25"),
    PUSH_PLAIN_CPU("one segment, not compressed: CPU", "ms", ""),
    PUSH_ZSTD("one segment, start to done, zstd", "ms", "25"),
    PUSH_ZSTD_CPU("one segment, zstd: CPU", "ms", "");

    private final String title;
    private final String unit;
    private final String aim;

    BackupFigure(String title, String unit, String aim) {
        this.title = title;
        this.unit = unit;
        this.aim = aim;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public String unit() {
        return unit;
    }

    @Override
    public String aim() {
        return aim;
    }
}
