package io.matriarch.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No secret is shown, wherever it stands. */
final class RedactionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql.authentication.superuser.password",
                "postgresql.authentication.replication.sslpassword",
                "restapi.keyfile_password",
                "etcd3.password",
                "bootstrap.users.admin.password",
                "consul.token",
                "restapi.http_extra_headers.Authorization",
                "backup.s3.secret_access_key",
                "backup.encryption_key",
                "postgresql.parameters.my.secret"
            })
    void whatStandsUnderASecretsNameIsOnlySaidToBeSet(String key) {
        assertThat(Redaction.of(key, Value.of("zalando"))).isEqualTo(Value.of("(set)"));
        assertThat(Redaction.of(key, Value.of(""))).isEqualTo(Value.of("(not set)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host=a password=zalando user=b|host=a password=*** user=b",
                "host=a password='za lando' user=b|host=a password=*** user=b",
                "PGPASSWORD=zalando wal push %p|PGPASSWORD=*** wal push %p",
                "aws --secret-key zalando cp|aws --secret-key *** cp",
                "AWS_SECRET_ACCESS_KEY=\"zalando\" cp %p|AWS_SECRET_ACCESS_KEY=*** cp %p",
                "http://user:zalando@host:2379|http://user:***@host:2379",
                "host all all all ldap ldapbindpasswd=zalando|host all all all ldap ldapbindpasswd=***",
                "host all all all radius radiussecrets=\"zalando\"|host all all all radius radiussecrets=***",
                "host all all 10.0.0.0/8 scram-sha-256|host all all 10.0.0.0/8 scram-sha-256"
            })
    void secretsInTextsAreStars(String text, String shown) {
        assertThat(Redaction.text(text)).isEqualTo(shown);
    }

    @Test
    void listsAndMappingsAreLookedInto() {
        Mapping inner = Mapping.empty().with("password", "zalando").with("user", "b");
        Value list = new Value.Sequence(List.of(inner, Value.of("token: zalando")));
        assertThat(Redaction.of("postgresql.basebackup", list).toString())
                .doesNotContain("zalando")
                .contains("b");
    }

    @Test
    void harmlessNamesAreShown() {
        assertThat(Redaction.of("postgresql.parameters.password_encryption", Value.of("md5")))
                .isEqualTo(Value.of("md5"));
        assertThat(Redaction.of("restapi.server_tokens", Value.of("Minimal"))).isEqualTo(Value.of("Minimal"));
        assertThat(Redaction.of("restapi.keyfile", Value.of("/a.key"))).isEqualTo(Value.of("/a.key"));
    }
}
