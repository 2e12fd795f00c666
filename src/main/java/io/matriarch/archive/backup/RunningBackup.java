package io.matriarch.archive.backup;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Text;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the object {@code in-progress} says, which is there before the first part of a backup or dump and until there is a description.
 *
 * @param seen when its owner last said that it's at work
 * @param parent the label of the backup that it builds upon
 */
public record RunningBackup(BackupName name, Owner owner, Instant seen, Optional<String> parent) {
    /** So long a silence proves that an owner on another machine is gone; it speaks each minute. */
    static final Duration SILENCE = Duration.ofDays(1);

    /** Nobody works at it any more. */
    public boolean isAbandoned(Instant now) {
        return owner.isGone() || seen.plus(SILENCE).isBefore(now);
    }

    RunningBackup seenAt(Instant now) {
        return new RunningBackup(name, owner, now, parent);
    }

    byte[] json() {
        return (Json.spaced(owner.json().with("seen", seen.toString()).with("parent", parent.map(Text::new))) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** @param modified when the object was written, by the store's clock: that counts as well, since the owner's may be wrong */
    public static RunningBackup parse(BackupName name, byte[] json, Instant modified) throws MalformedBackup {
        Fields fields = Fields.parse(json);
        Instant said = fields.time("seen");
        return new RunningBackup(
                name, Owner.of(fields), said.isBefore(modified) ? modified : said, fields.optional("parent"));
    }
}
