package io.matriarch;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each of the cases of section 9 of the behaviour reference has a test that is annotated with its number, or a reason why it can't have one. */
final class HardCasesTest {
    private static final int LAST = 110;

    private static final Map<Integer, String> DO_NOT_APPLY =
            Map.of(33, "gRPC has one path a method, there is no version of a gateway to probe");

    private static Set<Integer> tested() throws Exception {
        Path classes = Path.of(HardCase.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Set<Integer> numbers = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name =
                        classes.relativize(file).toString().replace('/', '.').replaceFirst("\\.class$", "");
                Class<?> type = Class.forName(name, false, HardCase.class.getClassLoader());
                for (Method method : type.getDeclaredMethods()) {
                    for (HardCase cases : method.getAnnotationsByType(HardCase.class)) {
                        Arrays.stream(cases.value()).forEach(numbers::add);
                    }
                }
            }
        }
        return numbers;
    }

    @Test
    void eachHasATestOrAReason() throws Exception {
        Set<Integer> missing = IntStream.rangeClosed(1, LAST).boxed().collect(Collectors.toCollection(TreeSet::new));
        Set<Integer> tested = tested();
        missing.removeAll(tested);
        missing.removeAll(DO_NOT_APPLY.keySet());
        assertThat(missing).as("cases without a test").isEmpty();
        assertThat(DO_NOT_APPLY.keySet())
                .as("cases that don't apply, but have a test")
                .doesNotContainAnyElementsOf(tested);
    }
}
