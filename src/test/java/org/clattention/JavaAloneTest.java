package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.clattention.testing.ChildProcess;
import org.clattention.testing.SmallLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who asks for the engine in Java gets nothing else: no binding, no driver. */
@Tag("small")
class JavaAloneTest {
    @Test
    void loadsNothingOfOpenCl() throws Exception {
        String said = ChildProcess.run(List.of("-Xlog:class+load:stdout"), Main.class);
        assertThat(said).contains("computed", "org.clattention.internal.backend.cpu.JavaBackend ");
        assertThat(
                        said.lines()
                                .filter(
                                        line -> line.matches(
                                                ".* (org\\.jocl|com\\.sun\\.jna|org\\.clattention\\.opencl|org\\.clattention\\.backend\\.opencl)\\..*")))
                .isEmpty();
    }

    /** What the child does. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            try (AttentionEngine engine = AttentionEngine.open(" Java ")) {
                SmallLayer.run(engine);
            }
            System.out.println("computed");
        }
    }
}
