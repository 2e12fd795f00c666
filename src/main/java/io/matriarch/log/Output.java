package io.matriarch.log;

import java.io.IOException;

/** Where lines go. */
interface Output {
    /** Writes the line and a line end. */
    void write(String line) throws IOException;

    /** Nothing is written any more. */
    void close();
}
