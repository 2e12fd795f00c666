package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;

/**
 * What the tests in containers add to Testcontainers. Its own container that cleans up can't be pulled here, so whatever a test makes, or the commands of a document that it
 * runs, has a name that begins with its prefix, by which all of it goes again; so does what an interrupted run left.
 */
record Containers(String prefix) {
    /** The property with the image to test: whoever sets it has an engine that runs, and the stand-ins of docker/local-images. */
    static final String IMAGE_PROPERTY = "matriarch.image";

    static final String ETCD = "matriarch-local/etcd";

    static String image() {
        return System.getProperty(IMAGE_PROPERTY, "");
    }

    /** The same with the newest minor version of PostgreSQL that Debian has; the other one may be older. */
    static String newerImage() {
        return System.getProperty(IMAGE_PROPERTY + ".newer", "");
    }

    static DockerClient engine() {
        return DockerClientFactory.lazyClient();
    }

    /** A name of this test's at the engine. */
    String id(String name) {
        return prefix + "-" + name;
    }

    /** Of an image that is never pulled; {@code name} is its host name, too. */
    GenericContainer<?> container(String name, String image) {
        return new GenericContainer<>(image)
                .withImagePullPolicy(_ -> false)
                .withNetworkAliases(name)
                .withCreateContainerCmdModifier(
                        command -> command.withName(id(name)).withHostName(name));
    }

    /** What a container prints whose program does its work and ends well. */
    static String printed(GenericContainer<?> container) {
        try (container) {
            container
                    .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
                    .start();
            return container.getLogs().strip();
        }
    }

    /** What a command that must succeed prints. */
    static String exec(ContainerState container, String... command) throws IOException, InterruptedException {
        ExecResult result = container.execInContainer(command);
        assertThat(result.getExitCode()).as("%s: %s", List.of(command), result).isZero();
        return result.getStdout().strip();
    }

    /** Nothing for one without a network. */
    static String address(ContainerState container) {
        return container.getCurrentContainerInfo().getNetworkSettings().getNetworks().values().stream()
                .map(ContainerNetwork::getIpAddress)
                .collect(Collectors.joining());
    }

    void removeAll() {
        String mine = "^/?" + prefix + "[-_]";
        engine().listContainersCmd()
                .withShowAll(true)
                .withNameFilter(List.of(mine))
                .exec()
                .forEach(container -> engine().removeContainerCmd(container.getId())
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec());
        engine().listVolumesCmd()
                .withFilter("name", List.of(mine))
                .exec()
                .getVolumes()
                .forEach(volume -> engine().removeVolumeCmd(volume.getName()).exec());
        engine().listNetworksCmd()
                .withNameFilter(mine)
                .exec()
                .forEach(network -> engine().removeNetworkCmd(network.getId()).exec());
    }
}
