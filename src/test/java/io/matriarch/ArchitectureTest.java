package io.matriarch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

/** The packages, and who may call whom. */
@AnalyzeClasses(packages = "io.matriarch", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.matriarch..")
            .layer("main")
            .definedBy("io.matriarch")
            .layer("value")
            .definedBy("io.matriarch.value..")
            .layer("time")
            .definedBy("io.matriarch.time..")
            .layer("file")
            .definedBy("io.matriarch.file..")
            .layer("cluster")
            .definedBy("io.matriarch.cluster..")
            .layer("config")
            .definedBy("io.matriarch.config..")
            .layer("ha")
            .definedBy("io.matriarch.ha..")
            .layer("dcs")
            .definedBy("io.matriarch.dcs..")
            .layer("postgres")
            .definedBy("io.matriarch.postgres..")
            .layer("archive")
            .definedBy("io.matriarch.archive..")
            .layer("guard")
            .definedBy("io.matriarch.guard..")
            .layer("log")
            .definedBy("io.matriarch.log..")
            .layer("tls")
            .definedBy("io.matriarch.tls..")
            .layer("agent")
            .definedBy("io.matriarch.agent..")
            .layer("rest")
            .definedBy("io.matriarch.rest..")
            .layer("cli")
            .definedBy("io.matriarch.cli..")
            .layer("explain")
            .definedBy("io.matriarch.explain..")
            .layer("doctor")
            .definedBy("io.matriarch.doctor..")
            .layer("backup")
            .definedBy("io.matriarch.backup..")
            .layer("drill")
            .definedBy("io.matriarch.drill..")
            .layer("dump")
            .definedBy("io.matriarch.dump..")
            .layer("selftest")
            .definedBy("io.matriarch.selftest..")
            .layer("nativeimage")
            .definedBy("io.matriarch.nativeimage..")
            .whereLayer("value")
            .mayNotAccessAnyLayer()
            .whereLayer("time")
            .mayNotAccessAnyLayer()
            .whereLayer("file")
            .mayNotAccessAnyLayer()
            .whereLayer("archive")
            .mayOnlyAccessLayers("cluster", "config", "file", "nativeimage", "value", "time")
            .whereLayer("nativeimage")
            .mayNotAccessAnyLayer()
            .whereLayer("cluster")
            .mayOnlyAccessLayers("value", "time")
            .whereLayer("config")
            .mayOnlyAccessLayers("cluster", "value")
            .whereLayer("ha")
            .mayOnlyAccessLayers("cluster")
            .whereLayer("guard")
            .mayOnlyAccessLayers("time")
            .whereLayer("dcs")
            .mayOnlyAccessLayers("cluster", "config", "value", "time")
            .whereLayer("postgres")
            .mayOnlyAccessLayers("cluster", "config", "file", "value", "time")
            .whereLayer("tls")
            .mayOnlyAccessLayers("config")
            .whereLayer("cli")
            .mayOnlyAccessLayers("cluster", "config", "dcs", "tls", "value", "time")
            .whereLayer("explain")
            .mayOnlyAccessLayers("cli", "cluster", "config", "dcs", "postgres", "value", "time")
            .whereLayer("doctor")
            .mayOnlyAccessLayers("cli", "cluster", "config", "dcs", "postgres", "tls", "value", "time")
            .whereLayer("backup")
            .mayOnlyAccessLayers(
                    "archive", "cli", "cluster", "config", "file", "guard", "nativeimage", "postgres", "value", "time")
            .whereLayer("drill")
            .mayOnlyAccessLayers("archive", "backup", "cli", "cluster", "config", "dump", "file", "value")
            .whereLayer("dump")
            .mayOnlyAccessLayers("archive", "backup", "cli", "config", "file", "postgres", "value", "time")
            .whereLayer("log")
            .mayOnlyAccessLayers("config", "value")
            .whereLayer("agent")
            .mayOnlyAccessLayers("cluster", "config", "dcs", "postgres", "ha", "guard", "log", "tls", "value", "time")
            .whereLayer("rest")
            .mayOnlyAccessLayers("agent", "archive", "cluster", "config", "value", "time");

    @ArchTest
    static final ArchRule THE_DECISION_IS_PURE = noClasses()
            .that()
            .resideInAPackage("io.matriarch.ha..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..",
                    "java.nio..",
                    "java.net..",
                    "java.sql..",
                    "java.util.concurrent..",
                    "java.util.logging..",
                    "org.jboss..",
                    "io.quarkus..",
                    "io.vertx..",
                    "jakarta..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.Thread")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule SQL_BELONGS_TO_POSTGRES_AND_CLI = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.matriarch.postgres..",
                    "io.matriarch.cli..",
                    "io.matriarch.selftest..",
                    "io.matriarch.nativeimage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.postgresql..");

    @ArchTest
    static final ArchRule WHAT_STARTS_AT_ONCE_NEEDS_NO_FRAMEWORK = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.matriarch.archive..", "io.matriarch.guard..", "io.matriarch.value..", "io.matriarch.time..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quarkus..", "io.vertx..", "jakarta..");

    @ArchTest
    static final ArchRule NO_DESKTOP = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.awt..", "javax.swing..", "java.beans..");

    @ArchTest
    static final ArchRule NO_STATIC_STATE = fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule CLASSES_ARE_FINAL = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotAnonymousClasses()
            .and()
            .doNotHaveModifier(JavaModifier.ABSTRACT)
            .and()
            .areNotEnums()
            .and()
            .areNotAnnotatedWith("jakarta.enterprise.context.ApplicationScoped")
            .should()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.matriarch.(*)..").should().beFreeOfCycles();
}
