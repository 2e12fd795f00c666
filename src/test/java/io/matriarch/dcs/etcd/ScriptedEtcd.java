package io.matriarch.dcs.etcd;

import io.matriarch.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server that speaks etcd's gRPC and answers as the test says: for what a real etcd can't be brought to say. */
final class ScriptedEtcd implements AutoCloseable {
    private static final int FRAME = 5;

    private final HttpServer server;
    private final List<Call> calls = new CopyOnWriteArrayList<>();

    /** A request; the path's last word is the method's name. */
    record Call(String method, Optional<String> token, Message message) {}

    /** An answer: a message with status 0, or gRPC's status and text. */
    record Say(Message.Builder message, int status, String text) {
        /** The request stays without an answer. */
        static final Say NOTHING = new Say(Message.build(), -1, "");

        static Say ok(Message.Builder message) {
            return new Say(message, 0, "");
        }

        static Say error(int status, String text) {
            return new Say(Message.build(), status, text);
        }

        /** With a header of this cluster and raft term, and whatever else. */
        static Message.Builder header(long term) {
            return Message.build()
                    .message(1, Message.build().number(1, 77).number(3, 1).number(4, term));
        }
    }

    ScriptedEtcd(Vertx vertx, Function<Call, Say> script) {
        this(vertx, script, _ -> List.of());
    }

    /** {@code watch} says what each watch sends; all of them stay open, as etcd's do. */
    ScriptedEtcd(Vertx vertx, Function<Call, Say> script, Function<Call, List<Message.Builder>> watch) {
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    if (method(request).equals("Watch")) {
                        request.handler(body -> stream(request, body, watch));
                    } else {
                        request.body().onSuccess(body -> answer(request, body, script));
                    }
                });
        server.listen().toCompletionStage().toCompletableFuture().join();
    }

    private static String method(HttpServerRequest request) {
        String path = Optional.ofNullable(request.path()).orElse("");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private Call called(HttpServerRequest request, Buffer body) {
        Call call = new Call(
                method(request),
                Optional.ofNullable(request.getHeader("token")),
                Message.read(body.getBytes(FRAME, body.length())));
        calls.add(call);
        return call;
    }

    private void stream(HttpServerRequest request, Buffer body, Function<Call, List<Message.Builder>> watch) {
        var response =
                request.response().putHeader("content-type", "application/grpc").setChunked(true);
        watch.apply(called(request, body)).forEach(message -> response.write(frame(message)));
    }

    private static Buffer frame(Message.Builder built) {
        byte[] message = built.toBytes();
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
    }

    private void answer(HttpServerRequest request, Buffer body, Function<Call, Say> script) {
        Say say = script.apply(called(request, body));
        if (say.status() < 0) {
            return;
        }
        var response =
                request.response().putHeader("content-type", "application/grpc").setChunked(true);
        response.putTrailer("grpc-status", Integer.toString(say.status()));
        if (say.status() == 0) {
            response.write(frame(say.message()));
        } else {
            response.putTrailer("grpc-message", say.text());
        }
        response.end();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.actualPort());
    }

    List<String> methods() {
        return calls.stream().map(Call::method).toList();
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }
}
