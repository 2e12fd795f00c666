package io.matriarch.dcs.etcd;

/** The gRPC methods in use. */
enum Method {
    RANGE("KV/Range"),
    PUT("KV/Put"),
    DELETE_RANGE("KV/DeleteRange"),
    TXN("KV/Txn"),
    LEASE_GRANT("Lease/LeaseGrant"),
    LEASE_KEEP_ALIVE("Lease/LeaseKeepAlive"),
    WATCH("Watch/Watch"),
    AUTHENTICATE("Auth/Authenticate"),
    MEMBER_LIST("Cluster/MemberList"),
    STATUS("Maintenance/Status");

    private final String path;

    Method(String path) {
        this.path = "etcdserverpb." + path;
    }

    String path() {
        return path;
    }
}
