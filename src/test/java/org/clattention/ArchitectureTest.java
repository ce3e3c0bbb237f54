package org.clattention;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who may depend on whom: cli -> root -> layer -> backend -> backend.opencl -> opencl -> JOCL, and the reference apart. */
@Tag("small")
class ArchitectureTest {
    private static final String ROOT = "org.clattention";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** The values of the public API: options, shapes, host tensors, exceptions; nothing that holds a device. */
    private static final Set<String> RECORDS = Set.of(
            "Activation",
            "AttentionConfig",
            "AttentionOptions",
            "AttentionWeights",
            "BlockAttention",
            "BlockAttentionWeights",
            "BlockConfig",
            "BlockWeights",
            "CacheFullException",
            "CacheOptions",
            "CausalAlignment",
            "DataType",
            "DeviceException",
            "DeviceInfo",
            "DeviceMemoryException",
            "DeviceNotFoundException",
            "EngineOptions",
            "HalfPrecision",
            "HeadExtras",
            "HostTensor",
            "KernelSet",
            "KernelTime",
            "LatentConfig",
            "LatentWeights",
            "PeakRates",
            "RotaryConfig",
            "RotaryScaling",
            "ScoresStage",
            "StackConfig",
            "StackWeights",
            "StepPlan");

    @Test
    void onlyTheThinLayerImportsJocl() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("org.clattention.opencl")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jocl.."));
        check(classes()
                .that()
                .haveSimpleName("Queue")
                .should()
                .resideInAPackage("org.clattention.opencl")
                .andShould()
                .dependOnClassesThat()
                .resideInAPackage("org.jocl.."));
    }

    @Test
    void onlyTheVectorLoopsNeedTheVectorApi() {
        check(noClasses()
                .that()
                .haveNameNotMatching(
                        ".*\\.backend\\.java\\.Vector(Dots|Halves|Loops|Math|Peak|Quanta|QuantaTiles|Scores|Tiles)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.."));
    }

    @Test
    void theReferenceUsesRecordsAndTheJdkAlone() {
        check(classes()
                .that()
                .resideInAPackage("..reference..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", "org.clattention.reference..")
                        .or(values())));
    }

    @Test
    void filesUseTheRootAlone() {
        check(classes()
                .that()
                .resideInAPackage("..io..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "java..", "org.jspecify..", "org.slf4j..", "com.fasterxml..", "org.clattention.io..")
                        .or(values())));
    }

    @Test
    void headsUseTheRootFilesAndModelsAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("..heads..")
                .should()
                .dependOnClassesThat(ours().and(
                                DescribedPredicate.not(resideInAnyPackage("..heads..", "..io..", "..model..", ROOT)))));
    }

    @Test
    void modelsUseTheRootAndFiles() {
        check(classes()
                .that()
                .resideInAPackage("..model..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "com.fasterxml..",
                        "ai.djl.huggingface..",
                        ROOT,
                        "org.clattention.io..",
                        "org.clattention.model..")));
        check(noClasses()
                .that(ours().and(DescribedPredicate.not(
                        resideInAnyPackage("..model..", "..cli..", "..heads..", "..verify..", "..bench.."))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..model.."));
    }

    @Test
    void theThinLayerKnowsNothingOfAttention() {
        check(noClasses()
                .that()
                .resideInAPackage("org.clattention.opencl")
                .should()
                .dependOnClassesThat(ours().and(DescribedPredicate.not(
                        resideInAPackage("org.clattention.opencl").or(values())))));
    }

    @Test
    void backendsUseNoLayerAndNoEngine() {
        check(noClasses()
                .that()
                .resideInAPackage("..backend..")
                .should()
                .dependOnClassesThat(
                        ours().and(DescribedPredicate.not(resideInAnyPackage("..backend..", "org.clattention.opencl")
                                .or(values())))));
    }

    @Test
    void layersUseTheBackendInterfaceAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("..layer..")
                .should()
                .dependOnClassesThat(
                        ours().and(DescribedPredicate.not(resideInAnyPackage("..layer..", "org.clattention.backend")
                                .or(values())))));
    }

    @Test
    void theRootUsesLayersAndBackendInterfacesAlone() {
        check(noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..backend.opencl..",
                        "..backend.java..",
                        "org.clattention.opencl",
                        "..cli..",
                        "..bench..",
                        "..verify..",
                        "..reference..",
                        "..io.."));
    }

    @Test
    void nobodyUsesTheCommandLine() {
        check(noClasses()
                .that(ours().and(DescribedPredicate.not(resideInAPackage("..cli.."))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..cli..", "picocli..", "me.tongfei..", "ch.qos.logback.."));
    }

    @Test
    void theCommandLineAndChecksUseThePublicApi() {
        check(noClasses()
                .that()
                .resideInAnyPackage("..cli..", "..bench..", "..verify..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..backend.opencl..", "..backend.java..", "org.clattention.opencl", "..layer.."));
    }

    @Test
    void plansAreMadeWithoutDevices() {
        check(noClasses()
                .that()
                .haveNameMatching(".*\\.backend\\.opencl\\.(PortablePlan|GpuPlan|ProductTile|DeviceProfile)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jocl..", "org.clattention.opencl"));
    }

    @Test
    void onlyTheReferenceRunnerSideMeetsTheReference() {
        check(noClasses()
                .that(ours().and(DescribedPredicate.not(
                        resideInAnyPackage("..reference..", "..verify..", "..bench..", "..cli.."))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..reference.."));
    }

    /** A rule about no class at all would pass whatever the code does. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(false).check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> ours() {
        return resideInAPackage("org.clattention..");
    }

    private static DescribedPredicate<JavaClass> values() {
        return DescribedPredicate.describe("values of the public API", c -> {
            String name = c.getName().replaceFirst("\\$.*", "");
            return c.getPackageName().equals(ROOT) && RECORDS.contains(name.substring(ROOT.length() + 1));
        });
    }
}
