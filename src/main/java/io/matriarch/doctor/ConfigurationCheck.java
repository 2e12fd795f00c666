package io.matriarch.doctor;

import io.matriarch.config.Configuration;
import io.matriarch.config.ControlledParameterCheck;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.Problem;
import java.util.List;
import java.util.function.Function;

/** What {@code --validate-config} says of the local configuration, and the rules for the dynamic one. */
final class ConfigurationCheck implements Check {
    private static final String ADVICE = "correct it, then patronictl reload; matriarch config explain KEY tells more";

    private final Loaded<Configuration> loaded;
    private final Patient patient;
    private final Function<Configuration, ParameterOpinion> server;

    /** @param server what the installed PostgreSQL thinks of the parameters */
    ConfigurationCheck(
            Loaded<Configuration> loaded, Patient patient, Function<Configuration, ParameterOpinion> server) {
        this.loaded = loaded;
        this.patient = patient;
        this.server = server;
    }

    @Override
    public String name() {
        return "configuration";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Configuration configuration = loaded.configuration();
        for (Problem mistake : loaded.mistakes()) {
            report.error(mistake.source(), mistake.key() + ": " + mistake.text(), ADVICE);
        }
        loaded.warnings().forEach(warning -> report.warning("local configuration", warning, ADVICE));
        PostgresPrograms.of(configuration.postgresql())
                .unusable("postgres")
                .ifPresent(why -> report.error("local configuration", why, ADVICE));
        ParameterOpinion opinion = server.apply(configuration);
        opinion.wrong().forEach(why -> report.error("local configuration", why, ADVICE));
        opinion.doubtful().forEach(why -> report.warning("local configuration", why, ADVICE));
        dynamic(report);
        return report.findingsOr("local and dynamic configuration", "valid");
    }

    private void dynamic(Report report) {
        ControlledParameterCheck.withAllOthers(patient.dynamic().raw())
                .forEach(mistake -> report.error("DCS /config", mistake, "correct it with patronictl edit-config"));
    }
}
