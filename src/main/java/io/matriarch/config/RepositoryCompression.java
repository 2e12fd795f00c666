package io.matriarch.config;

/** What makes objects smaller before they are stored. */
public enum RepositoryCompression {
    ZSTD,
    LZ4,
    NONE
}
