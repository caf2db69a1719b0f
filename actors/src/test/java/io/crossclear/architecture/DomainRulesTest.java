package io.crossclear.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DomainRulesTest {

  private static final String DOMAIN = "io.crossclear.domain";

  /** Each may use those before it. */
  private static final List<String> ORDER =
      List.of(
          "money",
          "signing",
          "oracle",
          "instrument",
          "genesis",
          "margin",
          "account",
          "trade",
          "variation",
          "liquidation",
          "settlement",
          "ledger");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(DOMAIN);

  @Test
  void theDomainIsThere() {
    assertTrue(CLASSES.size() > 80, "classes: " + CLASSES.size());
    for (String name : ORDER) {
      assertTrue(
          CLASSES.stream().anyMatch(type -> type.getPackageName().equals(DOMAIN + "." + name)),
          name);
    }
  }

  @Test
  void theDomainUsesNothingButTheJdkItselfAndJSpecify() {
    noClasses()
        .that()
        .resideInAPackage(DOMAIN + "..")
        .should()
        .dependOnClassesThat(not(resideInAnyPackage("java..", DOMAIN + "..", "org.jspecify..")))
        .check(CLASSES);
  }

  @Test
  void theDomainHasNoClockNoFilesNoThreadsAndNoChance() {
    noClasses()
        .that()
        .resideInAPackage(DOMAIN + "..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.nio.file..", "java.net..", "java.util.concurrent..")
                .or(
                    JavaClass.Predicates.belongToAnyOf(
                        Thread.class,
                        Random.class,
                        File.class,
                        Clock.class,
                        Instant.class,
                        LocalDateTime.class,
                        ZonedDateTime.class)))
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(DOMAIN + "..")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(CLASSES);
  }

  @Test
  void packagesUseOnlyThoseBeforeThem() {
    for (int i = 0; i < ORDER.size(); i++) {
      String[] later =
          ORDER.subList(i + 1, ORDER.size()).stream()
              .map(name -> DOMAIN + "." + name + "..")
              .toArray(String[]::new);
      if (later.length > 0) {
        noClasses()
            .that()
            .resideInAPackage(DOMAIN + "." + ORDER.get(i) + "..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(later))
            .check(CLASSES);
      }
    }
    noClasses()
        .that()
        .resideInAPackage(DOMAIN)
        .should()
        .dependOnClassesThat(resideInAPackage(DOMAIN + ".*.."))
        .check(CLASSES);
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    Set<String> known =
        Stream.concat(Stream.of(DOMAIN), ORDER.stream().map(name -> DOMAIN + "." + name))
            .collect(java.util.stream.Collectors.toSet());
    for (JavaClass type : CLASSES) {
      assertTrue(known.contains(type.getPackageName()), "give it a place in ORDER: " + type);
    }
  }

  @Test
  void amountsAreWholeNumbers() {
    noClasses()
        .that()
        .resideInAPackage(DOMAIN + "..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.belongToAnyOf(BigDecimal.class, Double.class, Float.class))
        .check(CLASSES);
    Set<String> inexact = Set.of("double", "float");
    for (JavaClass type : CLASSES) {
      for (JavaField field : type.getFields()) {
        assertTrue(!inexact.contains(field.getRawType().getName()), field.getFullName());
      }
      for (JavaMethod method : type.getMethods()) {
        assertTrue(!inexact.contains(method.getRawReturnType().getName()), method.getFullName());
        assertTrue(
            method.getRawParameterTypes().stream()
                .noneMatch(parameter -> inexact.contains(parameter.getName())),
            method.getFullName());
      }
    }
  }
}
