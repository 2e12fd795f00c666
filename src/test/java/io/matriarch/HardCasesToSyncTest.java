package io.matriarch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Section 9 of the behaviour reference: leadership, the DCS, synchronous replication. Each case has a test that is annotated with its number, or can't happen here. */
final class HardCasesToSyncTest {
    private static final int LAST = 52;
    private static final Map<Integer, String> DO_NOT_APPLY =
            Map.of(33, "gRPC has one path a method, there is no version of a gateway to probe");

    @Test
    void eachCaseHasATestOrAReason() {
        SortedSet<Integer> missing =
                IntStream.rangeClosed(1, LAST).boxed().collect(Collectors.toCollection(TreeSet::new));
        missing.removeAll(tested());
        missing.removeAll(DO_NOT_APPLY.keySet());
        assertThat(missing).isEmpty();
        assertThat(tested()).as("what is tested can happen").doesNotContainAnyElementsOf(DO_NOT_APPLY.keySet());
    }

    private static SortedSet<Integer> tested() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.OnlyIncludeTests()).importPackages("io.matriarch").stream()
                        .flatMap(test -> test.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(HardCase.class))
                        .map(HardCasesToSyncTest::cases)
                        .flatMap(IntStream::boxed)
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static IntStream cases(JavaMethod method) {
        return Arrays.stream(method.getAnnotationOfType(HardCase.class).value());
    }
}
