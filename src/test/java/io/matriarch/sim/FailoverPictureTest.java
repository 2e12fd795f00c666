package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** docs/pictures/failover.svg is what the simulator shows; {@code it/transitions} writes it. */
@ExtendWith(QuietAgents.class)
final class FailoverPictureTest {
    private static final Path PICTURE = Path.of("docs/pictures/failover.svg");

    @Test
    void thePictureIsOfTheCode() throws IOException {
        FailoverPicture picture = FailoverPicture.ofKilledPostgres();
        if (Boolean.getBoolean("matriarch.write")) {
            Files.writeString(PICTURE, picture.svg());
        }
        assertThat(PICTURE)
                .as("%s is old: run it/transitions and commit it", PICTURE)
                .hasContent(picture.svg());
        assertThat(picture.gap()).isBetween(0.1, 3.0);
    }
}
