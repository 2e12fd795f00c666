package io.matriarch.archive.backup;

import io.matriarch.cluster.Lsn;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fields of a JSON object, most of which must be there. */
public record Fields(Mapping content) {
    public static Fields parse(byte[] json) throws MalformedBackup {
        try {
            if (Json.parse(new String(json, StandardCharsets.UTF_8)) instanceof Mapping mapping) {
                return new Fields(mapping);
            }
            throw new MalformedBackup("isn't a JSON object");
        } catch (MalformedDocument e) {
            throw new MalformedBackup("isn't JSON: " + e.getMessage());
        }
    }

    public String text(String key) throws MalformedBackup {
        return content.text(key).orElseThrow(() -> new MalformedBackup("lacks " + key));
    }

    public Optional<String> optional(String key) {
        return content.text(key);
    }

    public long whole(String key) throws MalformedBackup {
        return content.whole(key).orElseThrow(() -> new MalformedBackup("lacks the number " + key));
    }

    Lsn lsn(String key) throws MalformedBackup {
        try {
            return Lsn.parse(text(key));
        } catch (IllegalArgumentException e) {
            throw new MalformedBackup(key + ": " + e.getMessage());
        }
    }

    public Instant time(String key) throws MalformedBackup {
        try {
            return Instant.parse(text(key));
        } catch (DateTimeException e) {
            throw new MalformedBackup(key + " isn't a time");
        }
    }

    public List<Fields> objects(String key) throws MalformedBackup {
        List<Fields> objects = new ArrayList<>();
        for (Value item : content.items(key)) {
            if (!(item instanceof Mapping mapping)) {
                throw new MalformedBackup(key + " must hold objects");
            }
            objects.add(new Fields(mapping));
        }
        return objects;
    }
}
