package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.StoredParts;
import io.matriarch.backup.BackupSession;
import java.util.List;
import java.util.Optional;

/** The dumps of the configuration's cluster in the chosen repository. */
record Dumps(BackupSession session) {
    /** Of all clusters with the scope of the configuration, unless one is given. */
    DumpCatalog catalog() throws ArchiveException {
        return DumpCatalog.read(session.repository().store(), session.givenIdentifier())
                .ofScope(session.configuration().scope());
    }

    /** Of the one cluster that is meant: what is given, else that of the data directory, else the only one with dumps. */
    String systemIdentifier() throws ArchiveException {
        Optional<String> known = session.givenIdentifier().or(session::localIdentifier);
        return known.isPresent() ? known.get() : onlyOne(catalog());
    }

    /** Those that a restore may mean: of the data directory's cluster if it has any, else of the only one that has; a new server restores the dumps of an old one. */
    DumpCatalog readable() throws ArchiveException {
        DumpCatalog all = catalog();
        Optional<String> known = session.givenIdentifier().or(session::localIdentifier);
        DumpCatalog local = all.of(known.orElse(""));
        return local.dumps().isEmpty() ? all.of(onlyOne(all)) : local;
    }

    private String onlyOne(DumpCatalog catalog) throws ArchiveException {
        List<String> identifiers = catalog.dumps().stream()
                .map(dump -> dump.name().systemIdentifier())
                .distinct()
                .toList();
        if (identifiers.size() == 1) {
            return identifiers.getFirst();
        }
        throw new ArchiveException(
                identifiers.isEmpty()
                        ? place() + " has no dump of the cluster "
                                + session.configuration().scope()
                        : place() + " has dumps of several clusters of the name "
                                + session.configuration().scope() + ": say which with --system-identifier, one of "
                                + String.join(", ", identifiers));
    }

    /** The dump of a label, or with {@code latest} the newest of which nothing is missing. */
    DumpDescription find(DumpCatalog catalog, String label) throws ArchiveException {
        if (!label.equals("latest")) {
            return catalog.find(label)
                    .orElseThrow(() -> new ArchiveException("there is no dump " + label + " of the cluster "
                            + session.configuration().scope() + " in " + place()
                            + "; 'matriarch dump list' shows those that are"));
        }
        for (DumpDescription dump : catalog.dumps().reversed()) {
            if (missing(dump).isEmpty()) {
                return dump;
            }
        }
        throw new ArchiveException(place() + " has no dump of the cluster "
                + session.configuration().scope() + " of which nothing is missing");
    }

    /** What is missing of a dump, one line each. */
    List<String> missing(DumpDescription dump) throws ArchiveException {
        return new StoredParts(session.repository(), dump.name(), dump.parts()).missing();
    }

    private String place() {
        return "the repository " + session.repository().store().place();
    }
}
