package io.matriarch.cluster;

/** A slot that the dynamic configuration wants whoever leads. */
public record PermanentSlot(String name, SlotKind kind, Where where) {
    /** In which clusters. */
    public enum Where {
        EVERYWHERE,
        PRIMARY_CLUSTER,
        STANDBY_CLUSTER;

        boolean includes(boolean standbyCluster) {
            return this == EVERYWHERE || (this == STANDBY_CLUSTER) == standbyCluster;
        }
    }
}
