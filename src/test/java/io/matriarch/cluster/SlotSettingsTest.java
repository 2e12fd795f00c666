package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotSettingsTest {
    private static Mapping parse(String json) {
        return (Mapping) Json.parse(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"slots\": {\"a-b\": {}}}",
                "{\"slots\": {\"a\": \"physical\"}}",
                "{\"slots\": {\"a\": {\"type\": \"temporary\"}}}",
                "{\"permanent_slots\": {\"a\": {\"type\": \"logical\", \"database\": \"x\"}}}",
                "{\"ignore_slots\": {\"name\": \"a\"}}",
                "{\"ignore_slots\": [\"a\"]}"
            })
    void junkIsNamed(String dynamic) {
        assertThat(SlotSettings.mistakes(parse(dynamic))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"slots\": {\"a\": null, \"b\": 0, \"c\": {}, \"d\": {\"type\": \"physical\"}}}",
                "{\"slots\": {\"a\": {\"type\": \"logical\", \"database\": \"x\", \"plugin\": \"y\"}}}",
                "{\"ignore_slots\": [{\"name\": \"a\"}]}"
            })
    void whatMakesSense(String dynamic) {
        assertThat(SlotSettings.mistakes(parse(dynamic))).isEmpty();
    }

    @Test
    void aMistakeThatWasThereBeforeIsNoNews() {
        Mapping before = parse("{\"slots\": {\"a-b\": {}}}");
        assertThat(SlotSettings.newMistakes(before, parse("{\"slots\": {\"a-b\": {}, \"c\": {}}}")))
                .isEmpty();
        assertThat(SlotSettings.newMistakes(before, parse("{\"slots\": {\"a-b\": {}, \"C\": {}}}")))
                .singleElement()
                .asString()
                .contains("the permanent slot 'C' can't be made");
    }
}
