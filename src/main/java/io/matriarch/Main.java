package io.matriarch;

import io.matriarch.agent.AgentMain;
import io.matriarch.agent.LeaderRelease;
import io.matriarch.archive.WalCommand;
import io.matriarch.backup.BackupCommand;
import io.matriarch.backup.RestoreCommand;
import io.matriarch.cli.CtlMain;
import io.matriarch.cli.GenerateConfig;
import io.matriarch.cli.HealthCommand;
import io.matriarch.cli.Invocation;
import io.matriarch.cli.Usage;
import io.matriarch.cli.ValidateConfig;
import io.matriarch.cli.Version;
import io.matriarch.doctor.DoctorCommand;
import io.matriarch.drill.DrillCommand;
import io.matriarch.dump.DumpCommand;
import io.matriarch.explain.ExplainCommand;
import io.matriarch.guard.GuardMain;
import io.matriarch.guard.Keeper;
import io.matriarch.guard.ParentWatch;
import io.matriarch.guard.Signals;
import io.matriarch.ha.TransitionsDocument;
import io.matriarch.nativeimage.ProgramName;
import io.matriarch.postgres.ServerOpinion;
import io.matriarch.selftest.SelfTest;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Optional;

/** Picks a command by program name and first argument. Each loads only what it needs; only the agent boots Quarkus. */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        switch (Invocation.of(ProgramName.get(), List.of(args))) {
            case Invocation.Agent(Optional<String> configuration) -> AgentMain.run(configuration);
            case Invocation.Keep(boolean kept, List<String> arguments) ->
                end(kept ? Keeper.become(arguments) : Keeper.run(arguments));
            case Invocation.ReleaseLeader(Optional<String> configuration) -> end(LeaderRelease.run(configuration));
            case Invocation.Wal(List<String> arguments) -> end(WalCommand.run(arguments.toArray(String[]::new)));
            case Invocation.Ctl(List<String> arguments) -> {
                Signals.handle("INT", Main::abort);
                end(CtlMain.run(arguments, ServerOpinion::of));
            }
            case Invocation.ExplainConfig(List<String> arguments) -> end(ExplainCommand.run(arguments));
            case Invocation.Doctor(List<String> arguments) -> end(DoctorCommand.run(arguments));
            case Invocation.Health(List<String> arguments) -> end(HealthCommand.run(arguments));
            case Invocation.Backup(List<String> arguments) -> {
                ParentWatch.start();
                end(BackupCommand.run(arguments));
            }
            case Invocation.Restore(List<String> arguments) -> end(RestoreCommand.run(arguments));
            case Invocation.Drill(List<String> arguments) -> {
                ParentWatch.start();
                Thread drill = Thread.currentThread();
                List.of("INT", "TERM", "HUP").forEach(signal -> Signals.handle(signal, drill::interrupt));
                end(DrillCommand.run(arguments));
            }
            case Invocation.Dump(List<String> arguments) -> {
                ParentWatch.start();
                end(DumpCommand.run(arguments));
            }
            case Invocation.Daemon(Optional<String> configuration) -> end(daemon(configuration, args));
            case Invocation.Validate validate ->
                end(new ValidateConfig(System.out, System.err, ServerOpinion::of).run(validate, System.getenv()));
            case Invocation.Generate generate ->
                end(new GenerateConfig(System.out, System.err).run(generate, System.getenv()));
            case Invocation.SelfTest(List<String> arguments) -> end(SelfTest.run(arguments.toArray(String[]::new)));
            case Invocation.Transitions() -> {
                System.out.print(TransitionsDocument.markdown());
                end(0);
            }
            case Invocation.ShowVersion() -> {
                System.out.println(Version.line(ProgramName.get()));
                end(0);
            }
            case Invocation.Help() -> end(Usage.help(System.out));
            case Invocation.WrongUsage(String problem) -> end(Usage.wrong(problem, System.err));
        }
    }

    private static int daemon(Optional<String> configuration, String[] arguments) {
        Optional<String> missing = Usage.missingConfiguration(configuration, System.getenv());
        if (missing.isPresent()) {
            System.err.println("matriarch: " + missing.get());
            return 1;
        }
        return GuardMain.run(arguments);
    }

    /** Somebody pressed Ctrl-C. */
    private static void abort() {
        System.err.println("\nAborted!");
        end(1);
    }

    /** Without the shutdown hooks: nobody has anything to save, and each costs time. */
    private static void end(int code) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
