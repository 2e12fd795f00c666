package io.matriarch.it;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.util.List;
import org.testcontainers.containers.wait.strategy.WaitStrategyTarget;

/** A container that a document's commands have made, for Testcontainers by the name that it has at the engine. */
record NamedContainer(String name) implements WaitStrategyTarget {
    @Override
    public String getContainerId() {
        return name;
    }

    @Override
    public InspectContainerResponse getContainerInfo() {
        return getCurrentContainerInfo();
    }

    @Override
    public List<Integer> getExposedPorts() {
        return List.of();
    }
}
