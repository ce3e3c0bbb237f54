package org.clattention.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.clattention.io.JsonReader;
import org.junit.jupiter.api.Test;

class HeadsPageTest {
    private static final HeadWeights WEIGHTS = SampleHeads.decoder(SampleHeads.WORDS, 2);
    private static final String HTML = HeadsPage.html(WEIGHTS, HeadAnalysis.of(WEIGHTS));
    private static final List<String> SCRIPTS =
            List.of("data.js", "state.js", "colour.js", "grid.js", "lines.js", "tokens.js", "matrix.js", "main.js");

    @Test
    void tokensAndTitleAreHarmless() {
        assertThat(SampleHeads.WORDS).contains("</script><b>&amp;");
        assertThat(HTML).doesNotContain("</script><b>").doesNotContain("<i>not a model");
        assertThat(HTML.split("</script>", -1)).hasSize(SCRIPTS.size() + 2);
        for (String script : SCRIPTS) {
            assertThat(HTML).contains(HeadsPage.resource(script));
            assertThat(HeadsPage.resource(script)).doesNotContain("</").doesNotContain("<!--");
        }
    }

    @Test
    void nothingComesFromTheNetwork() {
        assertThat(HTML).doesNotContain("http:").doesNotContain("https:").contains("default-src 'none'");
    }

    @Test
    void equalDataGiveEqualPages() {
        HeadWeights again = SampleHeads.decoder(SampleHeads.WORDS, 2);
        assertThat(HeadsPage.html(again, HeadAnalysis.of(again))).isEqualTo(HTML);
    }

    @Test
    void weightsComeBack() throws DataFormatException {
        Map<String, Object> data = data();
        assertThat(data.get("queries")).isEqualTo(SampleHeads.WORDS);
        List<?> heads = (List<?>) data.get("heads");
        assertThat(heads).hasSize(WEIGHTS.headCount());
        for (Object head : heads) {
            Map<?, ?> one = (Map<?, ?>) head;
            HeadMatrix want = WEIGHTS.head(number(one, "layer"), number(one, "head"));
            ByteBuffer got = unpack(String.valueOf(one.get("packed")), 2 * want.queries() * want.keys());
            for (int query = 0; query < want.queries(); query++) {
                for (int key = 0; key < want.keys(); key++) {
                    assertThat((got.getShort() & 0xffff) / 65535.0)
                            .isCloseTo(want.weight(query, key), within(0.5000001 / 65535));
                }
            }
        }
    }

    private static Map<String, Object> data() {
        String start = "<script type=\"application/json\" id=\"data\">";
        int from = HTML.indexOf(start) + start.length();
        return JsonReader.parseObject(Path.of("page"), "data", HTML.substring(from, HTML.indexOf("</script>", from)));
    }

    private static int number(Map<?, ?> object, String name) {
        return Integer.parseInt(String.valueOf(object.get(name)));
    }

    private static ByteBuffer unpack(String text, int length) throws DataFormatException {
        byte[] out = new byte[length];
        Inflater inflater = new Inflater();
        inflater.setInput(Base64.getDecoder().decode(text));
        assertThat(inflater.inflate(out)).isEqualTo(length);
        inflater.end();
        return ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
    }
}
