package io.matriarch.archive.store;

import java.time.Instant;

/** An object that is in a store, without its bytes. */
public record StoredObject(String name, long size, Instant modified) {}
