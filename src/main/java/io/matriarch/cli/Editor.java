package io.matriarch.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Lets a person change a text in their editor. */
final class Editor {
    private final Optional<String> configured;
    private final String searchPath;

    /**
     * @param configured the variable EDITOR
     * @param searchPath the variable PATH, for {@code editor} and {@code vi}
     */
    Editor(Optional<String> configured, String searchPath) {
        this.configured = configured;
        this.searchPath = searchPath;
    }

    /**
     * Returns the text as the editor leaves it.
     *
     * @param name what the file is about, for its name
     * @throws CtlError if there is no editor, or it fails
     */
    String edit(String text, String name) {
        String editor = configured
                .or(this::installed)
                .orElseThrow(
                        () -> new CtlError("EDITOR environment variable is not set. editor or vi are not available"));
        try {
            Path file = Files.createTempFile(name.replace('/', '_') + "-config-", ".yaml");
            try {
                Files.writeString(file, text);
                int status = new ProcessBuilder(command(editor, file))
                        .inheritIO()
                        .start()
                        .waitFor();
                if (status != 0) {
                    throw new CtlError("Editor exited with return code " + status);
                }
                return Files.readString(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new CtlError("The editor " + editor + " can't be used: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        }
    }

    /** An editor that needs options has them behind its name, as {@code code --wait}; a name with spaces that is a program is taken as it is. */
    private static List<String> command(String editor, Path file) {
        List<String> command = new ArrayList<>(
                Files.isExecutable(Path.of(editor))
                        ? List.of(editor)
                        : List.of(editor.strip().split("\\s+")));
        command.add(file.toString());
        return command;
    }

    private Optional<String> installed() {
        List<String> folders = Arrays.asList(searchPath.split(File.pathSeparator, -1));
        for (String name : List.of("editor", "vi")) {
            for (String folder : folders) {
                Path file = Path.of(folder, name);
                if (Files.isExecutable(file)) {
                    return Optional.of(file.toString());
                }
            }
        }
        return Optional.empty();
    }
}
