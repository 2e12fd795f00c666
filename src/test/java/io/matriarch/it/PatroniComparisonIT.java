package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Matriarch answers and prints what Debian's Patroni does, in every state, but for what docs/differences-from-patroni.md names. Most of the time something is waited for, so two
 * courses run side by side.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "patroni",
        disabledReason = "there is nothing to compare with")
final class PatroniComparisonIT {
    @TestFactory
    List<DynamicNode> sideBySide() throws Exception {
        Ports ports = new Ports();
        ReviewedDifferences reviewed = new ReviewedDifferences(seriesOfPatroni());
        List<Course> courses = List.of(
                CourseOfCommands.on(new Comparison(ports, reviewed)),
                CourseOfStates.on(new Comparison(ports, reviewed)));
        List<DynamicNode> tests = new ArrayList<>();
        courses.forEach(course -> tests.add(course.start()));
        tests.add(DynamicTest.dynamicTest("every row of the list is true", () -> nothingIsStale(courses, reviewed)));
        return tests;
    }

    /** Such as 4.0, of the one that Debian has here. */
    private static String seriesOfPatroni() throws Exception {
        Programs.Result said = Programs.run(List.of("/usr/bin/patroni", "--version"), Map.of());
        Matcher version = Pattern.compile("patroni (\\d+\\.\\d+)\\.\\d+\\s*").matcher(said.output());
        assertThat(version.matches()).as(said.output()).isTrue();
        return version.group(1);
    }

    private static void nothingIsStale(List<Course> courses, ReviewedDifferences reviewed) throws Exception {
        boolean complete = true;
        for (Course course : courses) {
            complete &= course.awaitEnd();
        }
        assertThat(complete).as("everything was compared").isTrue();
        assertThat(reviewed.stale())
                .as("rows of " + ReviewedDifferences.FILE + " that aren't true any more")
                .isEmpty();
    }
}
