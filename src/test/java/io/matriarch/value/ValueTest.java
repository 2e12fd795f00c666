package io.matriarch.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.junit.jupiter.api.Test;

class ValueTest {
    @Test
    void patchRemovesMergesAndReplaces() {
        Mapping before =
                (Mapping) Json.parse("{\"ttl\":30,\"postgresql\":{\"parameters\":{\"a\":1,\"b\":2},\"x\":[1]}}");
        Mapping patch =
                (Mapping) Json.parse("{\"ttl\":null,\"postgresql\":{\"parameters\":{\"a\":null,\"c\":3},\"x\":[]}}");
        assertThat(Json.compact(before.patchedWith(patch)))
                .isEqualTo("{\"postgresql\":{\"parameters\":{\"b\":2,\"c\":3},\"x\":[]}}");
    }

    @Property
    @Domain(Values.class)
    void patchingTwiceIsPatchingOnce(@ForAll Mapping before, @ForAll Mapping patch) {
        Mapping once = before.patchedWith(patch);
        assertThat(once.patchedWith(patch)).isEqualTo(once);
    }

    @Property
    @Domain(Values.class)
    void anEmptyPatchChangesNothing(@ForAll Mapping before) {
        assertThat(before.patchedWith(Mapping.empty())).isEqualTo(before);
    }

    @Property
    @Domain(Values.class)
    void patchLeavesOtherKeysAlone(@ForAll Mapping before, @ForAll Mapping patch) {
        Mapping after = before.patchedWith(patch);
        before.entries().forEach((key, value) -> {
            if (!patch.entries().containsKey(key)) {
                assertThat(after.entries()).containsEntry(key, value);
            }
        });
    }

    @Property
    @Domain(Values.class)
    void aPatchOfNullsRemovesAllItsKeys(@ForAll Mapping before, @ForAll Mapping patch) {
        Mapping nulls = patch;
        for (String key : patch.entries().keySet()) {
            nulls = nulls.with(key, new Null());
        }
        assertThat(before.patchedWith(nulls).entries())
                .doesNotContainKeys(patch.entries().keySet().toArray(String[]::new));
    }

    @Test
    void scalarsConvertLeniently() {
        assertThat(Value.of("ON").asBool()).contains(true);
        assertThat(Value.of(0).asBool()).contains(false);
        assertThat(Value.of(2).asBool()).isEmpty();
        assertThat(Value.of(" 42 ").asWhole()).hasValue(42);
        assertThat(Value.of(true).asText()).contains("true");
        assertThat(new Sequence(List.of()).asText()).isEmpty();
        assertThat(new Mapping(java.util.Map.of("a", new Null())).find("a")).isEmpty();
    }
}
