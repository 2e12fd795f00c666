package io.matriarch.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The statements that pg_dumpall wrote: roles with the hashes of their passwords, memberships and tablespaces. Never to be printed. */
record Globals(List<String> statements) {
    private static final Pattern TABLESPACE =
            Pattern.compile("^(CREATE|ALTER|COMMENT ON|(GRANT|REVOKE) \\w+ ON) TABLESPACE ");

    Globals {
        statements = List.copyOf(statements);
    }

    /** Splits the text at semicolons outside of quotes; comments and what is meant for psql alone are left out. */
    static Globals parse(String text) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        char quote = 0;
        boolean lineBegins = true;
        for (int at = 0; at < text.length(); at++) {
            char next = text.charAt(at);
            boolean forPsql = next == '\\' || (next == '-' && text.startsWith("--", at));
            if (quote == 0 && lineBegins && forPsql && statement.toString().isBlank()) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
                continue;
            }
            lineBegins = next == '\n';
            if (quote != 0) {
                // a doubled quote ends one text and begins the next
                quote = next == quote ? 0 : quote;
            } else if (next == '\'' || next == '"') {
                quote = next;
            } else if (next == ';') {
                statements.add(statement.toString().strip());
                statement.setLength(0);
                continue;
            }
            statement.append(next);
        }
        return new Globals(statements);
    }

    /**
     * What is to be done where some roles and tablespaces are there already: these stay as they are, passwords and memberships included.
     *
     * @param roles as SQL quotes them
     * @param tablespaces as SQL quotes them
     */
    List<String> missing(Set<String> roles, Set<String> tablespaces) {
        return statements.stream()
                .filter(statement -> !concerns(statement, "ROLE", roles))
                .filter(statement -> !concerns(statement, "TABLESPACE", tablespaces))
                .filter(statement -> !grants(statement, roles))
                .toList();
    }

    /** Only what concerns roles. */
    Globals withoutTablespaces() {
        return new Globals(statements.stream()
                .filter(statement -> !TABLESPACE.matcher(statement).find())
                .toList());
    }

    private static boolean concerns(String statement, String kind, Set<String> names) {
        for (String beginning : List.of(
                "CREATE " + kind + " ",
                "ALTER " + kind + " ",
                "COMMENT ON " + kind + " ",
                "GRANT ALL ON " + kind + " ",
                "REVOKE ALL ON " + kind + " ",
                "GRANT CREATE ON " + kind + " ")) {
            if (statement.startsWith(beginning)) {
                String rest = statement.substring(beginning.length()) + " ";
                return names.stream().anyMatch(name -> rest.startsWith(name + " "));
            }
        }
        return false;
    }

    /** Whether it makes a role that is there a member of another one. */
    private static boolean grants(String statement, Set<String> roles) {
        if (!statement.startsWith("GRANT ") || statement.contains(" ON ")) {
            return false;
        }
        int to = statement.indexOf(" TO ");
        String rest = to < 0 ? "" : statement.substring(to + " TO ".length()) + " ";
        return roles.stream().anyMatch(role -> rest.startsWith(role + " "));
    }
}
