package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    List<DynamicNode> sideBySide() {
        Ports ports = new Ports();
        ReviewedDifferences reviewed = new ReviewedDifferences();
        List<Course> courses = List.of(
                CourseOfCommands.on(new Comparison(ports, reviewed)),
                CourseOfStates.on(new Comparison(ports, reviewed)));
        List<DynamicNode> tests = new ArrayList<>();
        courses.forEach(course -> tests.add(course.start()));
        tests.add(DynamicTest.dynamicTest("every row of the list is true", () -> nothingIsStale(courses, reviewed)));
        return tests;
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
