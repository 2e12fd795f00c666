package io.matriarch.ha;

import java.util.List;
import java.util.Locale;

/** The parts of the transition table in their order, as a picture: the first whose heading is true decides. */
final class LoopPicture {
    private static final int LEFT = 20;
    private static final int TOP = 64;
    private static final int STEP = 34;
    private static final int WIDE = 640;
    private static final int WIDTH = 900;

    private LoopPicture() {}

    static String svg() {
        List<TransitionTable.Part> parts = new TransitionTable().parts();
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\" "
                        + "font-size=\"13\" fill=\"#111111\">\n",
                WIDTH,
                TOP + parts.size() * STEP + 10));
        svg.append("<title>The parts of the transition table, in their order</title>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>\n");
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"30\">Every second or so: look at etcd and PostgreSQL; the first of these that is true decides.</text>\n",
                LEFT));
        for (int number = 0; number < parts.size(); number++) {
            TransitionTable.Part part = parts.get(number);
            int top = TOP + number * STEP;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"26\" rx=\"4\" fill=\"#d6e6f5\"/>"
                            + "<text x=\"%d\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\">yes &#8594; %d rows</text>\n",
                    LEFT,
                    top,
                    WIDE,
                    LEFT + 10,
                    top + 18,
                    part.title(),
                    LEFT + WIDE + 16,
                    top + 18,
                    part.rows().size()));
        }
        return svg.append("</svg>\n").toString();
    }
}
