package io.matriarch.agent;

import java.util.List;
import java.util.Optional;

/**
 * What a job does in one repository.
 *
 * @param repository absent when it's the node's first one
 * @param commands of this executable, in their order; the first that fails ends the part
 */
record JobPart(Optional<String> repository, List<List<String>> commands) {
    JobPart {
        commands = List.copyOf(commands);
    }
}
