package io.matriarch.cluster;

/** What differs between PostgreSQL's versions, as far as it matters here: since when each thing is so. Versions are written as the server does, 150004 is 15.4. */
public enum PostgresFeature {
    ALWAYS(0),
    /** Parameters. */
    MAX_REPLICATION_SLOTS(90_400),
    MAX_WORKER_PROCESSES(90_400),
    WAL_LOG_HINTS(90_400),
    CLUSTER_NAME(90_500),
    TRACK_COMMIT_TIMESTAMP(90_500),
    /** Instead of hot_standby. */
    WAL_LEVEL_REPLICA(90_600),
    /** Instead of wal_keep_segments. */
    WAL_KEEP_SIZE(130_000),
    /** A standby is promoted by pg_ctl and SQL only. */
    NO_PROMOTE_TRIGGER_FILE(160_000),
    /** Keywords of a connection string. */
    GSSENCMODE(120_000),
    SSLPASSWORD(130_000),
    CHANNEL_BINDING(130_000),
    SSLCRLDIR(140_000),
    SSLNEGOTIATION(170_000),
    /** The database in primary_conninfo is more than a name: slots are synchronized through it. */
    DBNAME_OF_A_STANDBY(170_000),
    /** PostgreSQL itself keeps logical slots on standbys. */
    SLOT_SYNCHRONIZATION(170_000),
    /** Options of pg_rewind. */
    REWIND_RESTORES_TARGET_WAL(130_000),
    REWIND_TAKES_CONFIG_FILE(150_000),
    /** A backup_label is only ever a base backup's, and PostgreSQL needs it to start right (reference section 9, case 55). */
    BACKUP_LABEL_IS_A_BACKUPS(150_000);

    private final int since;

    PostgresFeature(int since) {
        this.since = since;
    }

    /** Whether a server of this version, or major version such as 150000, has it. */
    public boolean in(int version) {
        return version >= since;
    }
}
