/** Why no executable can be made, for the person who asked for it. */
final class BuildProblem extends RuntimeException {
    BuildProblem(String message) {
        super(message);
    }
}
