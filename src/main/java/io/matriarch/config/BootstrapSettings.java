package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;

/**
 * The bootstrap section (reference 2.7), with the users that Patroni before 4.0 created, from {@code bootstrap.users} and from PATRONI_name_PASSWORD.
 *
 * @param present a node without the section never initialises a cluster
 * @param initdb list or mapping of options, as written
 */
public record BootstrapSettings(
        boolean present,
        Mapping dcs,
        Optional<String> method,
        Value initdb,
        List<String> pgHba,
        Optional<String> postBootstrap,
        List<NewUser> users,
        Mapping raw) {
    public BootstrapSettings {
        pgHba = List.copyOf(pgHba);
        users = List.copyOf(users);
    }

    /** A role to create, with options such as createdb or createrole. */
    public record NewUser(String name, Optional<Secret> password, List<String> options) {
        public NewUser {
            options = List.copyOf(options);
        }
    }

    /** Without the raw sections, which hold passwords. */
    @Override
    public String toString() {
        return "BootstrapSettings[method=" + method.orElse("initdb") + "]";
    }
}
