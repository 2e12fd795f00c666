package io.matriarch.doctor;

import static io.matriarch.doctor.Patients.complaints;
import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.postgres.Inquiry.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made of the answers of PostgreSQL's servers. */
final class ServerChecksTest {
    private static final Answer AWAY = new Answer.Refused("", "Connection refused");

    private static List<String> slot(String name, String active, String standby, String status, String held) {
        Answer answer = FakeInquiry.rows(Map.of(
                "slot_name",
                name,
                "active",
                active,
                "standby",
                standby,
                "wal_status",
                status,
                "held",
                held,
                "temporary",
                "f"));
        return complaints(new SlotsCheck(List.of(new Probe("a", _ -> answer))));
    }

    @Test
    void aSlotThatNobodyReadsOrThatIsLostIsFound() {
        assertThat(slot("b", "t", "f", "reserved", "16")).isEmpty();
        assertThat(slot("b", "f", "f", "reserved", "16777216"))
                .containsExactly("WARNING a slot b: nobody reads from it; it holds 16 MB of WAL");
        assertThat(slot("b", "f", "f", "lost", "0"))
                .containsExactly("ERROR a slot b: lost: PostgreSQL has removed WAL that its reader needs");
        assertThat(slot("b", "t", "f", "unreserved", "1024"))
                .containsExactly("WARNING a slot b: about to be lost at the next checkpoint, holds 1.0 kB of WAL");
        assertThat(slot("b", "t", "f", "extended", "3000000000"))
                .containsExactly("WARNING a slot b: holds 2.8 GB of WAL");
    }

    @Test
    void aStandbysSlotsNeedNoReader() {
        assertThat(slot("b", "f", "t", "reserved", "16")).isEmpty();
    }

    @Test
    void aServerThatCantBeAskedIsUnknown() {
        List<Probe> servers = List.of(new Probe("a", _ -> AWAY));
        assertThat(complaints(new SlotsCheck(servers)))
                .containsExactly("UNKNOWN a: PostgreSQL can't be asked: Connection refused");
        assertThat(complaints(new ArchiveCheck(servers)))
                .containsExactly("UNKNOWN a: PostgreSQL can't be asked: Connection refused");
    }

    private static List<String> archive(String... changes) {
        Map<String, String> row = new HashMap<>(Map.of(
                "mode",
                "on",
                "command",
                "cp %p /x/%f",
                "library",
                "",
                "standby",
                "f",
                "failing",
                "f",
                "last_archived_wal",
                "0001"));
        for (int i = 0; i < changes.length; i += 2) {
            row.put(changes[i], changes[i + 1]);
        }
        return complaints(new ArchiveCheck(List.of(new Probe("a", _ -> FakeInquiry.rows(row)))));
    }

    @Test
    void archivingThatFailsIsAnErrorAndOneWithoutCommandAWarning() {
        assertThat(archive()).isEmpty();
        assertThat(archive("failing", "t", "last_failed_wal", "0002", "last_failed_time", "noon", "failed_count", "3"))
                .containsExactly("ERROR a: archive_command fails: last for 0002 at noon, 3 failures in all");
        assertThat(archive("command", ""))
                .containsExactly("WARNING a: archive_mode is on without an archive_command: WAL piles up in pg_wal");
        assertThat(archive("command", "", "mode", "off")).isEmpty();
        assertThat(archive("failing", "t", "standby", "t")).isEmpty();
        assertThat(archive("seconds", "300")).containsExactly("ERROR a: WAL waits for archive_command since 300 s");
    }

    private static List<String> login(Answer answer) {
        return complaints(new ReplicationLoginCheck("a", Patients.healthy(), new FakeInquiry(answer)));
    }

    @Test
    void aReplicationUserThatCantLogInIsAnError() {
        assertThat(login(FakeInquiry.rows(Map.of("systemid", "1")))).isEmpty();
        assertThat(login(new Answer.Refused("28P01", "wrong")))
                .containsExactly("ERROR b: the password of the replication user is wrong: wrong");
        assertThat(login(new Answer.Refused("28000", "no entry")))
                .containsExactly("ERROR b: the replication user isn't let in: no entry");
        assertThat(login(new Answer.Refused("42501", "must be")))
                .containsExactly("ERROR b: the replication user may not replicate: must be");
        assertThat(login(AWAY)).containsExactly("UNKNOWN b: its server can't be reached: Connection refused");
    }

    private static List<String> rewind(Answer answer) {
        return complaints(new RewindCheck(true, Patients.healthy(), new FakeInquiry(answer)));
    }

    @Test
    void pgRewindNeedsRightsAndRecordedChanges() {
        Map<String, String> good = Map.of("name", "rewinder", "allowed", "t", "recorded", "t", "full_pages", "t");
        assertThat(rewind(FakeInquiry.rows(good))).isEmpty();
        assertThat(rewind(FakeInquiry.rows(
                        Map.of("name", "rewinder", "allowed", "f", "recorded", "f", "full_pages", "t"))))
                .containsExactly(
                        "ERROR a: the user rewinder may not read the server's files, so pg_rewind fails",
                        "ERROR a: neither wal_log_hints nor data checksums are on: pg_rewind refuses to run");
        assertThat(rewind(new Answer.Refused("28P01", "wrong")))
                .containsExactly("ERROR a: the user of pg_rewind can't log in: wrong");
        assertThat(complaints(new RewindCheck(false, Patients.unreadable(), new FakeInquiry(AWAY))))
                .isEmpty();
    }

    private static Map<String, String> rule(
            String databases, String users, String address, String mask, String method) {
        return Map.of(
                "line_number",
                "7",
                "type",
                "host",
                "databases",
                databases,
                "users",
                users,
                "address",
                address,
                "netmask",
                mask,
                "auth_method",
                method);
    }

    private static List<String> hba(Map<String, String> rule) {
        return hba(List.of(rule));
    }

    private static List<String> hba(List<Map<String, String>> rules) {
        Probe server = new Probe("a", _ -> new Answer.Rows(rules));
        return complaints(new HbaCheck(server, "a", "replicator", Patients.healthy()));
    }

    @Test
    void pgHbaMustLetTheOthersReplicate() {
        assertThat(hba(rule("replication", "replicator", "10.0.0.0", "255.255.255.0", "scram-sha-256")))
                .isEmpty();
        assertThat(hba(rule("replication", "all", "all", "", "md5"))).isEmpty();
        assertThat(hba(rule("replication", "all", "10.0.0.2", "", "md5"))).isEmpty();
        String refused = "ERROR a: pg_hba doesn't let b (10.0.0.2) replicate as replicator";
        assertThat(hba(rule("all", "all", "0.0.0.0", "0.0.0.0", "md5"))).containsExactly(refused);
        assertThat(hba(rule("replication", "other", "0.0.0.0", "0.0.0.0", "md5")))
                .containsExactly(refused);
        assertThat(hba(rule("replication", "replicator", "10.0.1.0", "255.255.255.0", "md5")))
                .containsExactly(refused);
        assertThat(hba(rule("replication", "replicator", "::", "::", "md5"))).containsExactly(refused);
        assertThat(hba(List.of(
                        rule("replication", "replicator", "10.0.0.2", "255.255.255.255", "reject"),
                        rule("replication", "replicator", "10.0.0.0", "255.0.0.0", "md5"))))
                .containsExactly(refused + ": line 7 rejects it");
    }

    @Test
    void aBrokenLineOfPgHbaIsAnError() {
        Map<String, String> broken = new HashMap<>(rule("replication", "all", "all", "", "md5"));
        broken.put("error", "invalid authentication method \"md6\"");
        assertThat(hba(broken)).containsExactly("ERROR pg_hba.conf line 7: invalid authentication method \"md6\"");
    }
}
