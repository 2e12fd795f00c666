package io.matriarch.drill;

import java.util.Map;
import java.util.TreeMap;

/** The parameters that keep a server within about so many bytes. */
record Memory(long bytes) {
    private static final long KILO = 1024;

    Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("shared_buffers", part(2));
        parameters.put("maintenance_work_mem", part(8));
        parameters.put("work_mem", part(16));
        parameters.put("hash_mem_multiplier", "1");
        parameters.put("max_parallel_workers", "0");
        parameters.put("max_parallel_workers_per_gather", "0");
        parameters.put("max_parallel_maintenance_workers", "0");
        return parameters;
    }

    private String part(long of) {
        return bytes / of / KILO + "kB";
    }
}
