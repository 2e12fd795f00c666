package io.matriarch.archive;

/** What came of a {@code wal fetch}. */
enum Fetched {
    /** The file is there as it was archived. */
    WHOLE,
    /** A segment is there up to the point where the timeline that the server follows left its timeline. */
    SHORTENED,
    /** The repository has the segment, and all of it is of later than that point. */
    FOREIGN,
    /** No repository has the file. */
    ABSENT
}
