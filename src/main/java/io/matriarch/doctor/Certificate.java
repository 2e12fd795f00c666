package io.matriarch.doctor;

import java.time.Instant;
import java.util.Optional;

/**
 * A certificate that is in use.
 *
 * @param where a file, or a server
 * @param end when it ends; absent when it could not be read
 * @param trouble why not
 */
record Certificate(String where, Optional<Instant> end, String trouble) {}
