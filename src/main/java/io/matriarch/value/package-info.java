/** Documents without a schema: the JSON of the DCS and of REST, the YAML of the configuration. Knows nobody. */
@NullMarked
package io.matriarch.value;

import org.jspecify.annotations.NullMarked;
