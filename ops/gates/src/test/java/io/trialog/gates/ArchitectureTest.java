package io.trialog.gates;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may import whom; the map of the house in ops/docs/architecture.md, as rules. */
class ArchitectureTest {
  private static final String[] JDK_ONLY = {"java..", "javax.crypto..", "org.jspecify.."};

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.trialog");
  }

  static Stream<ArchRule> rules() {
    return Stream.of(
        jdkOnly("io.trialog.sdk.core.."),
        jdkOnly("io.trialog.statistics.."),
        jdkOnly("io.trialog.audit.proof.."),
        jdkOnly("io.trialog.language", "io.trialog.language.log"),
        only("io.trialog.language.wire..", "io.trialog.language..", "jakarta.json.."),
        noClasses()
            .that(resideInAnyPackage("io.trialog.command.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "io.trialog.snapshots..",
                    "io.trialog.measurement..",
                    "io.trialog.guardrails..",
                    "io.trialog.receipts..",
                    "io.trialog.statistics..",
                    "io.trialog.audittrail..",
                    "io.trialog.publishers..",
                    "io.trialog.projections..",
                    "io.trialog.query.."))
            .because("the command side never reads a projection"),
        noClasses()
            .that(resideInAnyPackage("io.trialog.query.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "io.trialog.command..", "io.trialog.eventstore..", "org.axonframework.."))
            .because("the query side never sends a command"),
        noClasses()
            .that(
                resideInAnyPackage(
                    "io.trialog.snapshots..",
                    "io.trialog.measurement..",
                    "io.trialog.guardrails..",
                    "io.trialog.receipts..",
                    "io.trialog.audittrail..",
                    "io.trialog.publishers..",
                    "io.trialog.projections.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "io.trialog.command..", "io.trialog.eventstore..", "io.trialog.query.."))
            .because("the one way back is a verdict on a topic"),
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "io.trialog.standalone..", "io.trialog.replay..", "io.trialog.gates..")
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "io.trialog.standalone..", "io.trialog.replay..", "io.trialog.gates.."))
            .because("nothing imports ops"),
        rooms(
            "org.springframework..",
            "io.trialog.command..",
            "io.trialog.http..",
            "io.trialog.projections..",
            "io.trialog.query..",
            "io.trialog.standalone..",
            "io.trialog.eventstore..",
            "io.trialog.measurement.store..",
            "io.trialog.audit.log..",
            "io.trialog.guardrails..",
            "io.trialog.receipts.."),
        rooms(
            "org.springframework.web..",
            "io.trialog.command..",
            "io.trialog.http..",
            "io.trialog.query..",
            "io.trialog.standalone.."),
        rooms("org.axonframework..", "io.trialog.command..", "io.trialog.eventstore.."),
        rooms("io.kurrent..", "io.trialog.eventstore.eventstoredb.."),
        rooms("io.grpc..", "io.trialog.eventstore.eventstoredb.."),
        rooms("dev.openfeature..", "io.trialog.sdk.openfeature.."),
        rooms("org.apache.lucene..", "io.trialog.audittrail.."),
        rooms("redis.clients..", "io.trialog.publishers.redis.."),
        rooms("org.apache.flink..", "io.trialog.measurement.stream.."),
        noClasses()
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("com.fasterxml..", "tools.jackson..", "com.thoughtworks.."))
            .because("JSON is JSON-B and JSON-P; Jackson is a third party's detail"),
        slices().matching("io.trialog.(*)..").should().beFreeOfCycles());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void the_house_keeps_its_rules(ArchRule rule) {
    rule.allowEmptyShould(false).check(house);
  }

  private static ArchRule jdkOnly(String... packages) {
    DescribedPredicate<JavaClass> allowed =
        resideInAnyPackage(JDK_ONLY).or(resideInAnyPackage(packages));
    return classes()
        .that(resideInAnyPackage(packages))
        .should()
        .onlyDependOnClassesThat(allowed)
        .because("whoever reads or embeds it needs nothing but a JDK");
  }

  private static ArchRule only(String room, String... more) {
    return classes()
        .that()
        .resideInAPackage(room)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(JDK_ONLY).or(resideInAnyPackage(more)));
  }

  /** Whatever is of the technology stays in these rooms. */
  private static ArchRule rooms(String technology, String... rooms) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(rooms)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(technology);
  }
}
