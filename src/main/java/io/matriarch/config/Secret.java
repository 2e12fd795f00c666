package io.matriarch.config;

/** A password. Printing it prints stars. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "********";
    }
}
