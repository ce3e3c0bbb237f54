package org.clattention.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.clattention.model.text.Tokenizer;
import org.clattention.model.text.Tokenizers;
import org.clattention.testing.ChildJvm;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the native library cannot be loaded, the message says so and does not blame the file. */
class TokenizerLibraryTest {
    private static final int JDK_WITH_DENIAL = 24;

    @TempDir
    private Path folder;

    @Test
    void inTwoClassLoaders() throws Exception {
        ChildJvm child = child(List.of(), "2");
        assertThat(child.output())
                .contains("loader 0: [0]")
                .contains("loader 1: org.clattention.model.text.TokenizerLibraryException: the native library of"
                        + " ai.djl.huggingface:tokenizers cannot be loaded: UnsatisfiedLinkError: ")
                .contains("; a JVM loads it for one class loader only")
                .doesNotContain("tokenizer.json");
        assertThat(child.code()).as(child.output()).isZero();
    }

    @Test
    void whereNativeAccessIsDenied() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() >= JDK_WITH_DENIAL, "this JVM denies nothing");
        ChildJvm child = child(List.of("--illegal-native-access=deny"), "1");
        assertThat(child.output())
                .contains("loader 0: org.clattention.model.text.TokenizerLibraryException: the native library of"
                        + " ai.djl.huggingface:tokenizers cannot be loaded: IllegalCallerException: ")
                .contains("; start the JVM with --enable-native-access=ALL-UNNAMED")
                .doesNotContain("tokenizer.json");
        assertThat(child.code()).as(child.output()).isZero();
    }

    private ChildJvm child(List<String> options, String loaders) throws Exception {
        Files.writeString(folder.resolve("tokenizer.json"), TokenizerFiles.with("model", TokenizerFiles.WORDS));
        return ChildJvm.run(60, options, Main.class, folder.toString(), loaders);
    }

    /** What the child does: opens the same tokenizer in several class loaders. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String path : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
                urls.add(Path.of(path).toUri().toURL());
            }
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
                try {
                    Object tokens = Class.forName(Opener.class.getName(), true, loader)
                            .getMethod("tokens", Path.class)
                            .invoke(null, Path.of(arguments[0]));
                    System.out.println("loader " + i + ": " + tokens);
                } catch (InvocationTargetException e) {
                    System.out.println("loader " + i + ": " + e.getCause());
                }
            }
        }
    }

    /** Loaded once by each class loader. */
    public static final class Opener {
        private Opener() {}

        /** The tokens of a text. */
        public static List<Integer> tokens(Path folder) {
            ModelSpec spec =
                    ModelFolder.open(Path.of("test-data", "models", "llama")).spec();
            Tokenizer tokenizer = Tokenizers.of(folder, spec);
            List<Integer> out = new ArrayList<>();
            for (int token : tokenizer.encode("a")) {
                out.add(token);
            }
            return out;
        }
    }
}
