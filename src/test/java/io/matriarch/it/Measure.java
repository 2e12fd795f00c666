package io.matriarch.it;

/** What a benchmark measures: one row of its table. */
interface Measure {
    String title();

    String unit();

    /** What the project wants, in the unit; empty where only the other program is the measure. */
    String aim();
}
