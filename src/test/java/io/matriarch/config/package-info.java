@NullMarked
package io.matriarch.config;

import org.jspecify.annotations.NullMarked;
