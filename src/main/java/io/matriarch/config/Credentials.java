package io.matriarch.config;

/** A user name and its password. */
public record Credentials(String username, Secret password) {}
