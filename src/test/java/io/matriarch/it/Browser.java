package io.matriarch.it;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One page of a headless Chromium, driven by its DevTools protocol. Keeps what the page asks for, and what its console says. */
final class Browser implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/");

    private final Process chromium;
    private final Path profile;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket page;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Long, CompletableFuture<Mapping>> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Browser() {
        try {
            profile = Files.createTempDirectory("matriarch-browser-");
            Path log = profile.resolve("chromium.log");
            chromium = new ProcessBuilder(
                            "chromium",
                            "--headless=new",
                            "--no-sandbox", // root's Chromium has none
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
            LocalCluster.await(
                    "Chromium's DevTools", 30, () -> ADDRESS.matcher(read(log)).find());
            Matcher address = ADDRESS.matcher(read(log));
            String port = address.find() ? address.group(1) : "";
            page = connect(Integer.parseInt(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        call("Page.enable", Mapping.empty());
        call("Runtime.enable", Mapping.empty());
        call("Log.enable", Mapping.empty());
        call("Network.enable", Mapping.empty());
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private WebSocket connect(int port) {
        Value targets = Json.parse(new Rest(port).get("/json/list").body());
        String address = ((Value.Sequence) targets)
                .items().stream()
                        .map(Mapping.class::cast)
                        .filter(target -> target.text("type").orElse("").equals("page"))
                        .flatMap(target -> target.text("webSocketDebuggerUrl").stream())
                        .findFirst()
                        .orElseThrow();
        return client.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .join();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                Mapping message = (Mapping) Json.parse(text.toString());
                text.setLength(0);
                take(message);
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }

    private void take(Mapping message) {
        message.whole("id").ifPresent(id -> {
            CompletableFuture<Mapping> waiting = answers.remove(id);
            if (waiting != null) {
                waiting.complete(message);
            }
        });
        Mapping told = message.mapping("params");
        switch (message.text("method").orElse("")) {
            case "Network.requestWillBeSent" ->
                told.mapping("request").text("url").ifPresent(requests::add);
            case "Runtime.exceptionThrown", "Runtime.consoleAPICalled" -> complaints.add(Json.compact(told));
            case "Log.entryAdded" -> complaints.add(Json.compact(told));
            default -> {}
        }
    }

    private Mapping call(String method, Mapping parameters) {
        long id = last.incrementAndGet();
        CompletableFuture<Mapping> answer = new CompletableFuture<>();
        answers.put(id, answer);
        page.sendText(
                        Json.compact(Mapping.empty()
                                .with("id", id)
                                .with("method", method)
                                .with("params", parameters)),
                        true)
                .join();
        Mapping told = answer.orTimeout(20, TimeUnit.SECONDS).join();
        if (told.find("error").isPresent()) {
            throw new AssertionError(method + ": " + Json.compact(told));
        }
        return told.mapping("result");
    }

    void open(String url) {
        call("Page.navigate", Mapping.empty().with("url", url));
    }

    /** The value of a JavaScript expression, as text. */
    String evaluate(String expression) {
        Mapping result = call("Runtime.evaluate", Mapping.empty().with("expression", "String(" + expression + ")"));
        return result.mapping("result").text("value").orElse(Json.compact(result));
    }

    void awaitTrue(String expression, int seconds) {
        LocalCluster.await(expression, seconds, () -> evaluate(expression).equals("true"));
    }

    /** A key such as {@code Tab}, as a person presses it. */
    void press(String key) {
        int code = switch (key) {
            case "Tab" -> 9;
            case "Enter" -> 13;
            case "Escape" -> 27;
            case "ArrowDown" -> 40;
            default -> throw new IllegalArgumentException(key);
        };
        Mapping event = Mapping.empty().with("key", key).with("code", key).with("windowsVirtualKeyCode", code);
        Mapping down = key.equals("Enter") ? event.with("text", "\r") : event;
        call("Input.dispatchKeyEvent", down.with("type", "keyDown"));
        call("Input.dispatchKeyEvent", event.with("type", "keyUp"));
    }

    void type(String text) {
        call("Input.insertText", Mapping.empty().with("text", text));
    }

    /** Presses Tab until the focused element shows these words. */
    void tabTo(String words) {
        for (int presses = 0; presses < 40; presses++) {
            if (evaluate("document.activeElement.textContent.trim()").equals(words)) {
                return;
            }
            press("Tab");
        }
        throw new AssertionError("Tab doesn't lead to '" + words + "'");
    }

    /** Cuts it off from every server, or connects it again. */
    void offline(boolean cut) {
        call(
                "Network.emulateNetworkConditions",
                Mapping.empty()
                        .with("offline", cut)
                        .with("latency", 0)
                        .with("downloadThroughput", -1)
                        .with("uploadThroughput", -1));
    }

    /** What the page asked for. */
    List<String> requests() {
        return requests;
    }

    /** Errors, warnings, and whatever else the console says. */
    List<String> complaints() {
        return complaints;
    }

    private void kill() {
        chromium.descendants().forEach(ProcessHandle::destroyForcibly);
        chromium.destroyForcibly();
    }

    @Override
    public void close() {
        page.abort();
        client.close();
        kill();
        try {
            chromium.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LocalCluster.delete(profile);
    }
}
