package io.matriarch.tls;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * OpenSSL's language for lists of ciphers, such as {@code ECDHE+AESGCM:!aNULL}, for the suites of TLS 1.2 that Java has. As with OpenSSL, unknown words select nothing, and
 * the suites of TLS 1.3 are always there.
 */
public final class CipherList {
    private static final List<String> NEWEST =
            List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");

    /** Java's name, OpenSSL's name, and all words that select it; in OpenSSL's order. */
    private static final List<Suite> SUITES = suites();

    private static final Pattern SEPARATORS = Pattern.compile("[:;, ]+");

    private final List<Suite> selected = new ArrayList<>();
    private final Set<Suite> banned = new HashSet<>();

    private CipherList() {}

    private record Suite(String java, String openssl, int bits, Set<String> words) {
        boolean matches(String expression) {
            return expression.equals(openssl) || words.containsAll(List.of(expression.split("\\+", -1)));
        }
    }

    /**
     * Java's names of the suites, those of TLS 1.3 first.
     *
     * @throws TlsProblem if the list selects nothing
     */
    public static List<String> suites(String list) throws TlsProblem {
        CipherList ciphers = new CipherList();
        for (String element : SEPARATORS.split(list.strip(), -1)) {
            ciphers.apply(element);
        }
        if (ciphers.selected.isEmpty()) {
            throw new TlsProblem("ciphers: " + list + " selects no cipher that is known here");
        }
        List<String> names = new ArrayList<>(NEWEST);
        ciphers.selected.forEach(suite -> names.add(suite.java()));
        return names;
    }

    private void apply(String element) {
        char operator = element.isEmpty() ? ' ' : element.charAt(0);
        switch (operator) {
            case '!' -> {
                List<Suite> matching = matching(element.substring(1));
                selected.removeAll(matching);
                banned.addAll(matching);
            }
            case '-' -> selected.removeAll(matching(element.substring(1)));
            case '+' -> {
                List<Suite> moved = new ArrayList<>(selected);
                moved.retainAll(matching(element.substring(1)));
                selected.removeAll(moved);
                selected.addAll(moved);
            }
            case '@' -> {
                if (element.equals("@STRENGTH")) {
                    selected.sort(Comparator.comparingInt(Suite::bits).reversed());
                }
            }
            default ->
                matching(element).stream()
                        .filter(suite -> !selected.contains(suite) && !banned.contains(suite))
                        .forEach(selected::add);
        }
    }

    private static List<Suite> matching(String expression) {
        return SUITES.stream().filter(suite -> suite.matches(expression)).toList();
    }

    private static List<Suite> suites() {
        Map<String, String> encryptions = new LinkedHashMap<>();
        encryptions.put("AES_256_GCM_SHA384", "AES256-GCM-SHA384 AES AES256 AESGCM");
        encryptions.put("CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305 CHACHA20");
        encryptions.put("AES_128_GCM_SHA256", "AES128-GCM-SHA256 AES AES128 AESGCM");
        encryptions.put("AES_256_CBC_SHA384", "AES256-SHA384 AES AES256 SHA384");
        encryptions.put("AES_256_CBC_SHA256", "AES256-SHA256 AES AES256 SHA256");
        encryptions.put("AES_128_CBC_SHA256", "AES128-SHA256 AES AES128 SHA256");
        encryptions.put("AES_256_CBC_SHA", "AES256-SHA AES AES256 SHA SHA1");
        encryptions.put("AES_128_CBC_SHA", "AES128-SHA AES AES128 SHA SHA1");
        List<Suite> suites = new ArrayList<>();
        for (List<String> step : List.of(
                List.of("AES_256_GCM_SHA384"),
                List.of("CHACHA20_POLY1305_SHA256"),
                List.of("AES_128_GCM_SHA256"),
                List.of("AES_256_CBC_SHA384", "AES_256_CBC_SHA256"),
                List.of("AES_128_CBC_SHA256"),
                List.of("AES_256_CBC_SHA"),
                List.of("AES_128_CBC_SHA"))) {
            for (String exchange : List.of("ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA")) {
                for (String java : step) {
                    boolean exists = !(exchange.startsWith("DHE") && java.endsWith("SHA384") && java.contains("CBC"))
                            && !(exchange.startsWith("ECDHE") && java.equals("AES_256_CBC_SHA256"));
                    if (exists) {
                        suites.add(suite(exchange, java, encryptions.getOrDefault(java, "")));
                    }
                }
            }
        }
        return List.copyOf(suites);
    }

    private static Suite suite(String exchange, String java, String encryption) {
        String[] names = encryption.split(" ", 2);
        Set<String> words = new HashSet<>(List.of(names[1].split(" ", -1)));
        words.addAll(List.of("ALL", "DEFAULT", "HIGH"));
        words.addAll(
                exchange.startsWith("ECDHE")
                        ? List.of("ECDHE", "EECDH", "kECDHE", "kEECDH", "ECDH")
                        : List.of("DHE", "EDH", "kDHE", "kEDH", "DH"));
        words.addAll(exchange.endsWith("ECDSA") ? List.of("ECDSA", "aECDSA") : List.of("aRSA"));
        boolean old = java.endsWith("_SHA");
        words.add(old ? (exchange.startsWith("ECDHE") ? "TLSv1" : "SSLv3") : "TLSv1.2");
        return new Suite(
                "TLS_" + exchange + "_WITH_" + java,
                exchange.replace('_', '-') + "-" + names[0],
                java.contains("128_") ? 128 : 256,
                Set.copyOf(words));
    }
}
