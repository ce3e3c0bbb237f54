package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.io.InvalidFileException;
import org.clattention.testing.ChildJvm;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of weights that somebody cuts short while a model is loaded or used: an exception, not the end of the JVM. */
class CutFileTest {
    private static final Path MODEL = Path.of("test-data", "kjv-tiny");

    @TempDir
    private Path folder;

    @Test
    void onOpenCl() throws Exception {
        TestDevice.POCL.require();
        cut(TestDevice.POCL_CPU);
        cut(TestDevice.POCL_GPU);
    }

    @Test
    void onTheEngineInJava() throws Exception {
        cut(TestDevice.JAVA);
    }

    private void cut(TestDevice device) throws IOException, InterruptedException {
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.deleteIfExists(folder.resolve(name));
            Files.copy(MODEL.resolve(name), folder.resolve(name));
        }
        ChildJvm child = ChildJvm.run(120, List.of("-Xmx1g"), Main.class, folder.toString(), device.name());
        assertThat(child.code()).as(child.output()).isZero();
        assertThat(child.output())
                .contains("in use: " + folder.resolve("model.safetensors") + ": has become shorter")
                .contains("loading: " + folder.resolve("model.safetensors") + ": has become shorter")
                .contains("loading as Q8_0: " + folder.resolve("model.safetensors") + ": has become shorter")
                .contains("still there");
    }

    /** What the child does: uses a model whose file is cut, and loads it. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            ModelFolder source = ModelFolder.open(folder);
            try (AttentionEngine engine = TestDevice.valueOf(arguments[1]).open()) {
                try (LanguageModel model = LanguageModel.load(engine, source, null);
                        ModelSession session = model.newSession(CacheOptions.contiguous(1, 8))) {
                    session.append(new int[] {65});
                    try (FileChannel file =
                            FileChannel.open(folder.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
                        file.truncate(20_000);
                    }
                    expect("in use", () -> session.append(new int[] {66}));
                }
                expect("loading", () -> LanguageModel.load(engine, source, null));
                expect("loading as Q8_0", () -> LanguageModel.load(engine, source, DataType.Q8_0));
                System.out.println("still there, " + engine.memoryInUse() + " bytes in use");
            }
        }

        private static void expect(String when, Runnable call) {
            try {
                call.run();
                System.out.println(when + ": nothing happened");
            } catch (InvalidFileException e) {
                System.out.println(when + ": " + e.getMessage());
            }
        }
    }
}
