package io.matriarch.sim;

import io.matriarch.ha.Decider;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A failover of three simulated nodes, drawn as it happens on their virtual time: what each PostgreSQL is at every moment, and when clients can write. */
final class FailoverPicture {
    private static final Duration SAMPLE = Duration.ofMillis(20);
    private static final int BEFORE = 50;
    private static final int SAMPLES = 500;

    /** Its nodes have neither failsafe mode nor a watchdog. */
    private static final long SEED = 9;

    private static final int LEFT = 150;
    private static final int TOP = 64;
    private static final int LANE = 44;
    private static final int BAR = 28;
    private static final double WIDE = 1.4;

    /** What is in a lane at a moment. */
    private enum State {
        PRIMARY("primary", "#9cc3e6"),
        REPLICA("streams from it", "#b5dcc0"),
        WAITING("waits", "#e3c878"),
        DOWN("down", "#dddddd"),
        WRITES("clients write", "#9cc3e6"),
        NO_WRITES("nobody can write", "#f0a09a");

        private final String text;
        private final String colour;

        State(String text, String colour) {
            this.text = text;
            this.colour = colour;
        }
    }

    /** The states of a node, one a sample. */
    private record Lane(String name, List<State> states) {}

    private final List<Lane> lanes = new ArrayList<>();

    private FailoverPicture(Simulation simulation) {
        simulation.nodes().forEach(node -> lanes.add(new Lane(node.name(), new ArrayList<>())));
        for (int sample = 0; sample < SAMPLES; sample++) {
            if (sample == BEFORE) {
                primary(simulation).crash();
            }
            simulation.nodes().forEach(node -> lane(node.name()).states.add(state(simulation, node.postgres())));
            simulation.run(SAMPLE);
        }
        Lane clients = new Lane("clients", new ArrayList<>());
        for (int sample = 0; sample < SAMPLES; sample++) {
            clients.states.add(writable(sample) ? State.WRITES : State.NO_WRITES);
        }
        lanes.add(clients);
    }

    /** The PostgreSQL of the primary dies, as its postmaster does of kill -9. */
    static FailoverPicture ofKilledPostgres() {
        Mapping settings =
                Mapping.empty().with("synchronous_mode", Value.of(false)).with("primary_start_timeout", Value.of(0));
        Simulation simulation = new Simulation(SEED, 3, new Decider(), settings);
        simulation.requireHealing(Duration.ofMinutes(5), Duration.ofSeconds(20));
        return new FailoverPicture(simulation);
    }

    private static SimulatedPostgres primary(Simulation simulation) {
        return simulation.nodes().stream()
                .map(SimulatedNode::postgres)
                .filter(SimulatedPostgres::acceptsWrites)
                .findFirst()
                .orElseThrow();
    }

    private static State state(Simulation simulation, SimulatedPostgres postgres) {
        if (postgres.acceptsWrites()) {
            return State.PRIMARY;
        }
        if (!postgres.isRunning()) {
            return State.DOWN;
        }
        boolean follows = simulation.nodes().stream()
                .map(SimulatedNode::postgres)
                .anyMatch(source -> source.acceptsWrites() && postgres.streamsFrom(source.name()));
        return follows && postgres.isStreamingStandby() ? State.REPLICA : State.WAITING;
    }

    private Lane lane(String name) {
        return lanes.stream().filter(lane -> lane.name.equals(name)).findFirst().orElseThrow();
    }

    private boolean writable(int sample) {
        return lanes.stream().anyMatch(lane -> lane.states.get(sample) == State.PRIMARY);
    }

    /** How long nobody accepts writes, in seconds. */
    double gap() {
        long without =
                IntStream.range(0, SAMPLES).filter(sample -> !writable(sample)).count();
        return seconds((int) without);
    }

    private static double seconds(int samples) {
        return samples * SAMPLE.toMillis() / 1000.0;
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        int width = (int) (LEFT + SAMPLES * WIDE + 20);
        int bottom = TOP + lanes.size() * LANE;
        svg.append(("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
                        + "font-family=\"sans-serif\" font-size=\"13\">\n")
                .formatted(width, bottom + 46));
        svg.append(String.format(
                Locale.ROOT,
                "<title>The PostgreSQL of the primary is killed; another node leads %.2f s later</title>\n",
                gap()));
        svg.append("<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>\n");
        text(svg, LEFT, 26, "The PostgreSQL of the primary is killed: %.2f s without writes".formatted(gap()));
        for (int number = 0; number < lanes.size(); number++) {
            draw(svg, lanes.get(number), TOP + number * LANE);
        }
        double kill = x(BEFORE);
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%.1f %d V%d\" stroke=\"#c0504d\" stroke-width=\"2\" stroke-dasharray=\"5 4\"/>\n",
                kill,
                TOP - 14,
                bottom));
        text(svg, kill + 5, TOP - 6, "kill -9");
        axis(svg, bottom);
        return svg.append("</svg>\n").toString();
    }

    private static void draw(StringBuilder svg, Lane lane, int top) {
        text(svg, 16, top + 19, lane.name);
        int begin = 0;
        for (int sample = 1; sample <= SAMPLES; sample++) {
            State state = lane.states.get(begin);
            if (sample == SAMPLES || lane.states.get(sample) != state) {
                double wide = x(sample) - x(begin);
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s: %s</title></rect>\n",
                        x(begin),
                        top,
                        wide,
                        BAR,
                        state.colour,
                        lane.name,
                        state.text));
                if (wide > 7.5 * state.text.length()) {
                    text(svg, x(begin) + 5, top + 19, state.text);
                }
                begin = sample;
            }
        }
    }

    /** Seconds from the fault on. */
    private static void axis(StringBuilder svg, int top) {
        int perSecond = (int) (1000 / SAMPLE.toMillis());
        for (int sample = BEFORE % perSecond; sample < SAMPLES; sample += perSecond) {
            svg.append(String.format(Locale.ROOT, "<path d=\"M%.1f %d v6\" stroke=\"#555555\"/>\n", x(sample), top));
            text(svg, x(sample) - 8, top + 22, "%d s".formatted((sample - BEFORE) / perSecond));
        }
    }

    private static double x(int sample) {
        return LEFT + sample * WIDE;
    }

    private static void text(StringBuilder svg, double x, int y, String text) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" fill=\"#111111\">%s</text>\n", x, y, text));
    }
}
