package io.matriarch.cli;

import io.matriarch.config.CtlConfiguration;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.value.Value.Mapping;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * The world around one run of patronictl; tests supply another.
 *
 * @param environment the process's variables
 * @param clock in the zone in which times are shown and read
 */
record Surroundings(
        Terminal terminal,
        Map<String, String> environment,
        Configurations configurations,
        DcsFactory dcs,
        Function<CtlConfiguration, MemberApi> api,
        ParameterCheck parameters,
        Clock clock,
        Pause pause) {

    Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Reads the configuration. */
    @FunctionalInterface
    interface Configurations {
        /**
         * @throws CtlError if it can't be read, saying which file and why
         */
        CtlConfiguration load(GlobalOptions options, Map<String, String> environment);
    }

    /** Asks PostgreSQL what it thinks of parameters. */
    @FunctionalInterface
    public interface ParameterCheck {
        /**
         * About those in a dynamic configuration; nothing is wrong or doubtful if nobody can be asked.
         *
         * @param postgres the server's program
         */
        ParameterOpinion opinion(String postgres, Mapping dynamic);
    }

    /** Waits between two looks. */
    @FunctionalInterface
    interface Pause {
        /**
         * @throws Aborted if the wait was interrupted
         */
        void sleep(Duration time);
    }
}
