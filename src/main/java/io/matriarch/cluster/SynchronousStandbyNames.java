package io.matriarch.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The parameter synchronous_standby_names: whom commits wait for (reference 5.19).
 *
 * @param number how many of the members a commit waits for; at least 1 unless the method is OFF
 * @param members as written, without the placeholder that stands for 'somebody who never comes'; {@code *} stays
 */
public record SynchronousStandbyNames(Method method, int number, List<String> members) {
    public static final SynchronousStandbyNames OFF = new SynchronousStandbyNames(Method.OFF, 0, List.of());

    /** A name that no standby has: commits wait until a real one is named. */
    private static final String PLACEHOLDER = "__patroni_strict_sync_replica_placeholder__";

    private static final Pattern BARE = Pattern.compile("[A-Za-z_][A-Za-z_0-9$]*");
    private static final Pattern TOKEN = Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")*)\"|([^\\s\",()]+)|([,()]))");

    /** How the members are chosen among. */
    public enum Method {
        OFF,
        FIRST,
        ANY
    }

    public SynchronousStandbyNames {
        members = List.copyOf(members);
    }

    /** All of these, or nobody at all. */
    public static SynchronousStandbyNames all(Set<String> members) {
        return members.isEmpty() ? OFF : first(members.size(), members);
    }

    public static SynchronousStandbyNames first(int number, Set<String> members) {
        return new SynchronousStandbyNames(Method.FIRST, number, sorted(members));
    }

    /** OFF when {@code number} is 0. */
    public static SynchronousStandbyNames any(int number, Set<String> members) {
        return number == 0 ? OFF : new SynchronousStandbyNames(Method.ANY, number, sorted(members));
    }

    private static List<String> sorted(Set<String> members) {
        return List.copyOf(new TreeSet<>(members));
    }

    /** Everything that PostgreSQL accepts; what it would refuse reads as OFF. */
    public static SynchronousStandbyNames parse(String text) {
        List<Token> tokens = tokens(text);
        if (tokens.isEmpty()) {
            return OFF;
        }
        int at = 0;
        Method method = Method.FIRST;
        boolean keyword =
                tokens.size() > 1 && tokens.get(0).isKeyword() && tokens.get(1).isNumber();
        if (keyword) {
            method = tokens.get(0).text().equalsIgnoreCase("any") ? Method.ANY : Method.FIRST;
            at = 1;
        }
        boolean counted = tokens.size() > at + 1
                && tokens.get(at).isNumber()
                && tokens.get(at + 1).isPunctuation("(");
        int number = counted ? Integer.parseInt(tokens.get(at).text()) : 1;
        List<String> names = tokens.subList(counted ? at + 2 : at, tokens.size()).stream()
                .filter(token -> !token.punctuation())
                .map(Token::text)
                .filter(name -> !name.equalsIgnoreCase(PLACEHOLDER))
                .toList();
        return number < 1 ? OFF : new SynchronousStandbyNames(method, number, names);
    }

    private record Token(String text, boolean quoted, boolean punctuation) {
        boolean isNumber() {
            return !quoted && text.matches("[0-9]{1,9}");
        }

        boolean isKeyword() {
            return !quoted && (text.equalsIgnoreCase("any") || text.equalsIgnoreCase("first"));
        }

        boolean isPunctuation(String which) {
            return punctuation && text.equals(which);
        }
    }

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.lookingAt()) {
            if (matcher.group(1) != null) {
                tokens.add(new Token(matcher.group(1).replace("\"\"", "\""), true, false));
            } else if (matcher.group(2) != null) {
                tokens.add(new Token(matcher.group(2), false, false));
            } else {
                tokens.add(new Token(matcher.group(3), false, true));
            }
            matcher.region(matcher.end(), text.length());
        }
        return tokens;
    }

    /** For postgresql.conf; empty when OFF. */
    public String text() {
        String names = members.isEmpty()
                ? PLACEHOLDER
                : members.stream().map(SynchronousStandbyNames::quoted).collect(Collectors.joining(","));
        return switch (method) {
            case OFF -> "";
            case FIRST -> number == 1 && members.size() < 2 ? names : number + " (" + names + ")";
            case ANY -> "ANY " + number + " (" + names + ")";
        };
    }

    private static String quoted(String name) {
        boolean bare = BARE.matcher(name).matches() && !name.equalsIgnoreCase("any") && !name.equalsIgnoreCase("first");
        return bare ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** How many of the members have a commit before it is acknowledged; 0 when it is not known which. */
    public int guarantee() {
        return members.isEmpty() || members.contains("*") ? 0 : number;
    }

    /** A commit is acknowledged when all members have it. */
    public boolean waitsForAll() {
        return guarantee() > 0 && number >= members.size();
    }

    /** PostgreSQL compares names without regard to case. */
    public boolean names(String member) {
        return members.stream().anyMatch(member::equalsIgnoreCase);
    }

    /** Means the same: method, number, and members in whatever order and case. */
    public boolean sameAs(SynchronousStandbyNames other) {
        return method == other.method && number == other.number && folded().equals(other.folded());
    }

    private Set<String> folded() {
        return members.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }
}
