package io.matriarch.cluster;

import io.matriarch.value.Value.Mapping;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A member key: {@code members/<name>} (reference 3.2).
 *
 * @param data the JSON object as written, unknown fields included; empty when it could not be parsed
 * @param lease the lease the key carries, 0 if none
 */
public record Member(String name, Mapping data, long revision, long lease) {

    public Optional<String> connUrl() {
        return data.text("conn_url");
    }

    public Optional<String> apiUrl() {
        return data.text("api_url");
    }

    /** The text of the state, {@code unknown} when there is none. */
    public String state() {
        return data.text("state").orElse("unknown");
    }

    public boolean isRunning() {
        return state().equals(PostgresState.RUNNING.text());
    }

    /** A standby that gets WAL from its primary. */
    public boolean isStreaming() {
        return data.text("replication_state").filter("streaming"::equals).isPresent();
    }

    public Optional<Role> role() {
        return data.text("role").flatMap(Role::of);
    }

    /** Written by Patroni before version 4, which doesn't publish its members' slots in the status key. */
    public boolean publishesNoMemberSlots() {
        return data.text("version")
                .filter(version -> version.matches("[0-3]\\..*"))
                .isPresent();
    }

    public Tags tags() {
        return new Tags(data.mapping("tags"));
    }

    public OptionalInt timeline() {
        return data.whole("timeline").stream().mapToInt(Math::toIntExact).findFirst();
    }

    public Optional<Lsn> xlogLocation() {
        return lsn("xlog_location");
    }

    public Optional<Lsn> receiveLsn() {
        return lsn("receive_lsn");
    }

    public Optional<Lsn> replayLsn() {
        return lsn("replay_lsn");
    }

    /** False only while a promoted leader has not finished its checkpoint; pg_rewind waits for it. */
    public boolean checkpointedAfterPromotion() {
        return data.bool("checkpoint_after_promote").orElse(true);
    }

    /** It collects pledges before it races, because failsafe_quorum is on; Patroni's members don't. */
    public boolean collectsPledges() {
        return data.bool("failsafe_quorum").orElse(false);
    }

    /** Where its replication slots are, by name: a primary that goes on without the DCS says so in POST /failsafe. No member key has them. */
    public Map<String, Lsn> slots() {
        return ClusterJson.slots(data.mapping("slots"));
    }

    public boolean paused() {
        return data.bool("pause").orElse(false);
    }

    private Optional<Lsn> lsn(String field) {
        return data.whole(field).stream().mapToObj(Lsn::new).findFirst();
    }
}
