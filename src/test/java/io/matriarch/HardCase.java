package io.matriarch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test of something that Patroni once got wrong: the numbers of these cases in section 9 of the behaviour reference. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface HardCase {
    int[] value();
}
