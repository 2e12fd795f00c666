/** patroni.yml and the PATRONI_* variables, merged into typed settings. */
@NullMarked
package io.matriarch.config;

import org.jspecify.annotations.NullMarked;
