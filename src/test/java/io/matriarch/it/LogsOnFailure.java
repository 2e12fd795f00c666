package io.matriarch.it;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Prints the end of the cluster's logs when a test has failed, and keeps the whole of them. */
final class LogsOnFailure implements AfterTestExecutionCallback, TestWatcher {
    private static final AtomicReference<Optional<LocalCluster>> SHOWN = new AtomicReference<>(Optional.empty());
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    static void show(LocalCluster cluster) {
        FAILED.set(false);
        SHOWN.set(Optional.of(cluster));
    }

    static void deleteUnlessFailed(LocalCluster cluster) {
        if (!FAILED.get()) {
            cluster.delete();
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        context.getExecutionException().ifPresent(_ -> print(context));
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        if (context.getExecutionException().isEmpty()) {
            print(context);
        }
        FAILED.set(true);
    }

    private static void print(ExtensionContext context) {
        FAILED.set(true);
        SHOWN.get().ifPresent(cluster -> System.out.println(context.getDisplayName() + " failed; " + cluster.tails()));
    }
}
