package io.matriarch.cluster;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Text;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The member key before it was JSON: a connection URL whose application_name is the api_url. */
final class LegacyMember {
    private static final String API_URL = "application_name=";

    private LegacyMember() {}

    static Mapping read(String url) {
        int question = url.indexOf('?');
        String query = question < 0 ? "" : url.substring(question + 1);
        Optional<String> apiUrl = Arrays.stream(query.split("&", -1))
                .filter(parameter -> parameter.startsWith(API_URL))
                .map(parameter -> decode(parameter.substring(API_URL.length())))
                .findFirst();
        return Mapping.empty()
                .with("conn_url", question < 0 ? url : url.substring(0, question))
                .with("api_url", apiUrl.map(Text::new));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }
}
