package io.matriarch.dcs.etcd;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** etcd's request messages; the numbers are those of etcd's rpc.proto and kv.proto. */
final class Requests {
    private Requests() {}

    /** The end of the range of all keys that begin with {@code prefix}: its last byte, plus one. */
    static byte[] prefixEnd(String prefix) {
        byte[] end = prefix.getBytes(StandardCharsets.UTF_8);
        end[end.length - 1]++;
        return end;
    }

    static Message.Builder rangeOfPrefix(String prefix) {
        return Message.build().text(1, prefix).bytes(2, prefixEnd(prefix));
    }

    static Message.Builder put(String key, String value, long lease) {
        return Message.build().text(1, key).text(2, value).number(3, lease);
    }

    static Message.Builder delete(String key) {
        return Message.build().text(1, key);
    }

    static Message.Builder deletePrefix(String prefix) {
        return Message.build().text(1, prefix).bytes(2, prefixEnd(prefix));
    }

    static Message.Builder opPut(Message.Builder put) {
        return Message.build().message(2, put);
    }

    static Message.Builder opDelete(Message.Builder delete) {
        return Message.build().message(3, delete);
    }

    static Message.Builder opTxn(Message.Builder txn) {
        return Message.build().message(4, txn);
    }

    /** Compare target CREATE: 0 means that the key doesn't exist. */
    static Message.Builder createdAt(String key, long revision) {
        return Message.build().number(2, 1).text(3, key).present(5, revision);
    }

    static Message.Builder modifiedAt(String key, long revision) {
        return Message.build().number(2, 2).text(3, key).present(6, revision);
    }

    static Message.Builder valueIs(String key, String value) {
        return Message.build().number(2, 3).text(3, key).text(7, value);
    }

    static Message.Builder txn(Message.Builder compare, List<Message.Builder> then, List<Message.Builder> otherwise) {
        Message.Builder txn = Message.build().message(1, compare);
        then.forEach(operation -> txn.message(2, operation));
        otherwise.forEach(operation -> txn.message(3, operation));
        return txn;
    }

    static Message.Builder leaseGrant(long ttlSeconds) {
        return Message.build().number(1, ttlSeconds);
    }

    static Message.Builder leaseKeepAlive(long lease) {
        return Message.build().number(1, lease);
    }

    static Message.Builder authenticate(String name, String password) {
        return Message.build().text(1, name).text(2, password);
    }

    /** All changes below {@code prefix} from {@code revision} on. */
    static Message.Builder watch(String prefix, long revision) {
        return Message.build()
                .message(
                        1,
                        Message.build()
                                .text(1, prefix)
                                .bytes(2, prefixEnd(prefix))
                                .number(3, revision));
    }
}
