package io.matriarch.doctor;

import io.matriarch.cli.ValidateConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** PostgreSQL doesn't start on a data directory that isn't its user's own, or that others may read or write. */
final class DataDirectoryCheck implements Check {
    private static final Set<PosixFilePermission> MOST = PosixFilePermissions.fromString("rwxr-x---");

    private final Path data;
    private final String user;

    /** @param user who examines */
    DataDirectoryCheck(Path data, String user) {
        this.data = data;
        this.user = user;
    }

    @Override
    public String name() {
        return "data directory";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        String where = data.toString();
        if (!Files.exists(data)) {
            report.warning(
                    where,
                    "it doesn't exist",
                    "the agent makes it when it clones or bootstraps; check postgresql.data_dir");
            return report.findings();
        }
        try {
            look(report, where);
        } catch (IOException e) {
            report.unknown(
                    where, "it can't be looked at: " + e.getMessage(), "run this as the owner of the data directory");
        }
        return report.findingsOr(where, "its owner and permissions are right");
    }

    private void look(Report report, String where) throws IOException {
        String owner = Files.getOwner(data).getName();
        if (!owner.equals(user) && (!user.equals("root") || owner.equals(user))) {
            report.error(
                    where,
                    "it belongs to " + owner + ", and this runs as " + user,
                    "run the agent and this as " + owner + ", or chown -R it");
        } else if (owner.equals("root")) {
            report.error(where, "it belongs to root, which PostgreSQL refuses", "chown -R it to the user of the agent");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(data);
        if (!MOST.containsAll(permissions)) {
            report.error(
                    where,
                    "its permissions are " + PosixFilePermissions.toString(permissions)
                            + ", and PostgreSQL doesn't start with more than rwxr-x---",
                    "chmod 0700 " + data);
        }
        ValidateConfig.foreignFolder(data)
                .ifPresent(
                        why -> report.error(where, why, "name the right folder in postgresql.data_dir, or empty it"));
    }
}
