@NullMarked
package io.matriarch.rest;

import org.jspecify.annotations.NullMarked;
