package io.matriarch.config;

import io.matriarch.cluster.DynamicConfigurationCheck;
import io.matriarch.cluster.SlotSettings;
import io.matriarch.config.BootstrapSettings.NewUser;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.List;

/** Reads the bootstrap section (reference 2.7), and the users to create at bootstrap. */
final class BootstrapReader {
    private BootstrapReader() {}

    /** @param present whether the file has the section; variables that name users don't make a node bootstrap a cluster */
    static BootstrapSettings read(Section section, boolean present) {
        Section users = section.section("users");
        List<NewUser> created = users.content().entries().keySet().stream()
                .map(name -> user(name, users.section(name)))
                .toList();
        Mapping dcs = section.mapping("dcs");
        DynamicConfigurationCheck check = DynamicConfigurationCheck.of(dcs);
        check.mistakes().forEach(mistake -> section.problem("dcs", mistake));
        ControlledParameterCheck.mistakes(dcs).forEach(mistake -> section.mistake("dcs", mistake));
        SlotSettings.mistakes(dcs).forEach(mistake -> section.mistake("dcs", mistake));
        check.adjusted().forEach(adjustment -> section.mistake("dcs", adjustment));
        HbaLines.check(section);
        HbaLines.check(section.section("dcs").section("postgresql"));
        BootstrapSettings settings = new BootstrapSettings(
                present,
                dcs,
                section.text("method"),
                section.content().find("initdb").orElse(new Sequence(List.of())),
                section.texts("pg_hba"),
                section.text("post_bootstrap").or(() -> section.text("post_init")),
                created,
                section.content());
        settings.initdbOptions().keySet().stream()
                .map(BootstrapSettings::optionName)
                .filter(BootstrapSettings.FORBIDDEN_INITDB_OPTIONS::contains)
                .forEach(option -> section.mistake(
                        "initdb", "the option " + option + " is not allowed, Matriarch sets it itself"));
        return settings;
    }

    private static NewUser user(String name, Section user) {
        return new NewUser(name, user.secret("password"), user.texts("options"));
    }
}
