package io.matriarch.dcs.etcd;

import io.matriarch.config.HostPort;
import io.matriarch.time.Deadline;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One etcd server. */
final class Endpoint {
    private final GrpcClient grpc;
    private final HostPort address;

    Endpoint(GrpcClient grpc, HostPort address) {
        this.grpc = grpc;
        this.address = address;
    }

    HostPort address() {
        return address;
    }

    /** One request, one answer, waited for until the deadline and no longer. */
    Reply call(Method method, byte[] request, Optional<String> token, Deadline deadline) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        open(method, token)
                .onFailure(failure -> reply.complete(Reply.NoAnswer.toNothing(describe(failure))))
                .onSuccess(call -> send(call, request, reply, deadline));
        return await(reply, deadline);
    }

    /** Not after the deadline: the caller has gone on, and what he asked for may be wrong by now. A call nobody waits for must not stay on the connection. */
    private static void send(
            GrpcClientRequest<Buffer, Buffer> call, byte[] request, CompletableFuture<Reply> reply, Deadline deadline) {
        call.exceptionHandler(failure -> reply.complete(Reply.NoAnswer.toRequest(describe(failure))));
        if (reply.isDone() || deadline.expired()) {
            call.cancel();
            return;
        }
        call.response()
                .onFailure(failure -> reply.complete(Reply.NoAnswer.toRequest(describe(failure))))
                .onSuccess(response -> collect(response, reply));
        call.end(Buffer.buffer(request));
        var _ = reply.whenComplete((answer, _) -> {
            if (answer instanceof Reply.NoAnswer) {
                call.cancel();
            }
        });
    }

    /** A call that stays open: watch. */
    io.vertx.core.Future<GrpcClientRequest<Buffer, Buffer>> open(Method method, Optional<String> token) {
        return grpc.request(SocketAddress.inetSocketAddress(address.port(), address.host()))
                .map(request -> {
                    request.fullMethodName(method.path());
                    request.encoding("identity");
                    token.ifPresent(text -> request.headers().set("token", text));
                    return request;
                });
    }

    /** When the connection to this server ends. */
    static void onClose(GrpcClientRequest<Buffer, Buffer> request, Handler<Void> handler) {
        HttpConnection connection = request.connection();
        connection.closeHandler(handler);
    }

    private static void collect(GrpcClientResponse<Buffer, Buffer> response, CompletableFuture<Reply> reply) {
        Buffer received = Buffer.buffer();
        response.handler(received::appendBuffer);
        response.exceptionHandler(failure -> reply.complete(Reply.NoAnswer.toRequest(describe(failure))));
        response.endHandler(_ -> {
            GrpcStatus status = response.status();
            if (status == GrpcStatus.OK) {
                reply.complete(parse(received));
            } else {
                String text = Optional.ofNullable(response.statusMessage()).orElse("");
                reply.complete(classify(status, text));
            }
        });
    }

    private static Reply parse(Buffer received) {
        try {
            return new Reply.Answer(Message.read(received.getBytes()));
        } catch (RuntimeException broken) {
            return Reply.NoAnswer.toRequest("the answer is no etcd message");
        }
    }

    /** Errors that concern the server and not the request mean: ask another one (reference 3.7; section 9, case 23). */
    static Reply classify(GrpcStatus status, String text) {
        boolean serversFault = status == GrpcStatus.UNAVAILABLE
                || status == GrpcStatus.DEADLINE_EXCEEDED
                || status == GrpcStatus.CANCELLED
                || status == GrpcStatus.INTERNAL
                || text.contains("not a primary lessor")
                || text.contains("no leader");
        return serversFault
                ? Reply.NoAnswer.toRequest(status + ": " + text)
                : new Reply.Failure(status == null ? GrpcStatus.UNKNOWN.code : status.code, text);
    }

    private Reply await(CompletableFuture<Reply> reply, Deadline deadline) {
        try {
            return reply.get(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return givenUp(reply, address + " did not answer in time");
        } catch (ExecutionException e) {
            return givenUp(reply, address + ": " + describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return givenUp(reply, "interrupted while waiting for " + address);
        }
    }

    /** Completes it, so that nothing is sent any more. */
    private static Reply givenUp(CompletableFuture<Reply> reply, String why) {
        Reply none = Reply.NoAnswer.toRequest(why);
        return reply.complete(none) ? none : reply.getNow(none);
    }

    static String describe(Throwable failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("");
        return message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }
}
