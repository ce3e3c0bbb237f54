package org.clattention;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which package may depend on which. All arrows run down: tools, API, layers, backends, the thin layer over JOCL. */
@Tag("small")
class ArchitectureTest {
    private static final String ROOT = "org.clattention";
    private static final String CONFIG = "org.clattention.config";
    private static final String ERROR = "org.clattention.error";
    private static final String INTERNAL = "org.clattention.internal..";
    private static final String BACKEND = "org.clattention.internal.backend";
    private static final String CL = "org.clattention.internal.cl";
    private static final Path MAIN = Path.of("src/main/java");
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void valuesAndErrorsKnowNothingElse() {
        uses(CONFIG, CONFIG);
        uses(ERROR, ERROR, CONFIG);
        check(classes()
                .that()
                .resideInAnyPackage(CONFIG, ERROR)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", CONFIG, ERROR)));
    }

    @Test
    void filesUseValuesAlone() {
        check(classes()
                .that()
                .resideInAPackage("org.clattention.io..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..", "org.jspecify..", "org.slf4j..", "com.fasterxml..", CONFIG, "org.clattention.io..")));
    }

    @Test
    void theReferenceUsesValuesAndTheJdkAlone() {
        check(classes()
                .that()
                .resideInAPackage("org.clattention.reference..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("java..", "org.jspecify..", CONFIG, "org.clattention.reference..")));
        check(noClasses()
                .that(ours().and(not("..reference..", "..verify..", "..bench..", "..cli..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.clattention.reference.."));
    }

    @Test
    void modelsUseTheApiAndFiles() {
        check(classes()
                .that()
                .resideInAPackage("org.clattention.model..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "com.fasterxml..",
                        "ai.djl.huggingface..",
                        "ai.djl.engine..",
                        ROOT,
                        CONFIG,
                        ERROR,
                        "org.clattention.io..",
                        "org.clattention.model..")));
        check(noClasses()
                .that(ours().and(not("..model..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.clattention.model.arch.."));
    }

    @Test
    void headsUseTheApiFilesAndModels() {
        uses(
                "org.clattention.heads..",
                "org.clattention.heads..",
                "org.clattention.io..",
                "org.clattention.model..",
                ROOT,
                CONFIG,
                ERROR);
    }

    @Test
    void theRootUsesLayersAndTheBackendInterfaceAlone() {
        uses(ROOT, ROOT, CONFIG, ERROR, "org.clattention.internal.layer..", BACKEND);
    }

    @Test
    void internalsKnowNoApiButValuesAndErrors() {
        uses(INTERNAL, INTERNAL, CONFIG, ERROR);
    }

    @Test
    void layersUseTheBackendInterfaceAlone() {
        uses("org.clattention.internal.layer..", "org.clattention.internal.layer..", BACKEND, CONFIG, ERROR);
    }

    @Test
    void backendsKnowNoLayerAndNotOneAnother() {
        uses(BACKEND + "..", BACKEND + "..", CL, CONFIG, ERROR);
        uses(BACKEND + ".cpu..", BACKEND + ".cpu..", BACKEND, CONFIG, ERROR);
        uses(BACKEND + ".opencl..", BACKEND + ".opencl..", BACKEND, CL, CONFIG, ERROR);
    }

    @Test
    void plansAreMadeWithoutDevices() {
        uses(BACKEND + ".opencl.plan..", BACKEND + ".opencl.plan..", BACKEND, CONFIG);
    }

    @Test
    void theThinLayerKnowsNothingOfAttention() {
        uses(CL, CL, CONFIG, ERROR);
    }

    @Test
    void onlyTheThinLayerImportsJocl() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(CL)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jocl.."));
        check(classes()
                .that()
                .haveSimpleName("Queue")
                .should()
                .resideInAPackage(CL)
                .andShould()
                .dependOnClassesThat()
                .resideInAPackage("org.jocl.."));
    }

    @Test
    void onlySimdClassesNeedTheVectorApi() {
        check(noClasses()
                .that()
                .haveNameNotMatching(".*\\.internal\\.backend\\.cpu\\.simd\\.Simd.*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.."));
    }

    @Test
    void toolsUseTheApi() {
        // The command line lists devices, and says why each is chosen or not.
        check(noClasses()
                .that()
                .resideInAnyPackage("..cli..", "..bench..", "..verify..")
                .should()
                .dependOnClassesThat(resideInAPackage(INTERNAL).and(not(BACKEND))));
        check(noClasses()
                .that(ours().and(not("..cli..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..cli..", "picocli..", "me.tongfei..", "ch.qos.logback.."));
    }

    @Test
    void noFileNameStandsTwice() throws IOException {
        try (Stream<Path> files = Files.walk(MAIN)) {
            List<String> names = files.map(f -> String.valueOf(f.getFileName()))
                    .filter(n -> n.endsWith(".java") && !n.equals("package-info.java"))
                    .toList();
            assertThat(names).hasSizeGreaterThan(300).doesNotHaveDuplicates();
        }
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        try (Stream<Path> folders = Files.walk(MAIN.resolve("org/clattention"))) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                Path info = folder.resolve("package-info.java");
                if (!folder.endsWith("internal")) {
                    assertThat(info).content().startsWith("/**").contains("@NullMarked");
                }
            }
        }
    }

    /** Of this library, classes of a package depend on nothing outside these packages. */
    private static void uses(String from, String... packages) {
        check(noClasses().that().resideInAPackage(from).should().dependOnClassesThat(ours().and(not(packages))));
    }

    /** A rule about no class at all would pass whatever the code does. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(false).check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> ours() {
        return resideInAPackage("org.clattention..");
    }

    private static DescribedPredicate<JavaClass> not(String... packages) {
        return DescribedPredicate.not(resideInAnyPackage(packages));
    }
}
