package org.clattention.heads;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeadsPictureTest {
    @Test
    void cellsHaveTheirColours() {
        HeadMatrix head = HeadMatrix.of(2, 2, 1, 0, 0.25f, 0.75f);
        List<String> tokens = List.of("a", "b");
        HeadWeights weights = new HeadWeights(
                "two by two", tokens, tokens, OptionalInt.of(0), List.of(List.of(head, head), List.of(head)));
        PictureLayout layout = PictureLayout.of(weights);
        BufferedImage picture = HeadsPicture.draw(weights, HeadAnalysis.of(weights));
        assertThat(picture.getWidth()).isEqualTo(layout.width());
        assertThat(picture.getHeight()).isEqualTo(layout.height());
        int half = layout.side() / 2;
        for (int[] place : new int[][] {{0, 0}, {0, 1}, {1, 0}}) {
            int x = layout.x(place[1]) + half / 2;
            int y = layout.y(place[0], place[1]) + half / 2;
            assertThat(rgb(picture, x, y)).isEqualTo(ColourMap.LIGHT.colour(1));
            assertThat(rgb(picture, x + half, y)).isEqualTo(ColourMap.LIGHT.colour(0));
            assertThat(rgb(picture, x, y + half)).isEqualTo(ColourMap.LIGHT.colour(0.5f));
        }
    }

    @Test
    void aThinLineOfManyTokensIsSeen() {
        int n = 600;
        HeadMatrix head = SampleHeads.head(n, (i, j) -> i == j ? 1 : 0);
        List<String> tokens = Collections.nCopies(n, "a");
        HeadWeights weights = new HeadWeights("wide", tokens, tokens, OptionalInt.of(0), List.of(List.of(head)));
        PictureLayout layout = PictureLayout.of(weights);
        BufferedImage picture = HeadsPicture.draw(weights, HeadAnalysis.of(weights));
        for (int i = 0; i < layout.side(); i++) {
            assertThat(rgb(picture, layout.x(0) + i, layout.y(0, 0) + i)).isEqualTo(ColourMap.LIGHT.colour(1));
        }
    }

    @Test
    void manyHeadsTakeSeveralRows() {
        HeadMatrix head = HeadMatrix.of(1, 1, 1);
        List<String> token = List.of("a");
        HeadWeights weights = new HeadWeights(
                "many", token, token, OptionalInt.of(0), List.of(Collections.nCopies(100, head), List.of(head)));
        PictureLayout layout = PictureLayout.of(weights);
        assertThat(layout.columns()).isEqualTo(16);
        assertThat(layout.rowsBefore()).containsExactly(0, 7, 8);
        BufferedImage picture = HeadsPicture.draw(weights, HeadAnalysis.of(weights));
        assertThat(rgb(picture, layout.x(99), layout.y(0, 99))).isEqualTo(ColourMap.LIGHT.colour(1));
    }

    @ParameterizedTest
    @EnumSource
    void lightnessGoesOneWay(ColourMap map) {
        double before = luma(map.colour(0));
        double way = Math.signum(luma(map.colour(1)) - before);
        for (int i = 1; i < ColourMap.SIZE; i++) {
            double now = luma(map.colour(i / (ColourMap.SIZE - 1f)));
            // Rounding to 8 bits, and greens that sRGB has not, may cost a step or two.
            assertThat(way * (now - before)).as("step %d", i).isGreaterThan(-1.5);
            before = now;
        }
        assertThat(Math.abs(luma(map.colour(0)) - before)).isGreaterThan(180);
    }

    private static double luma(int rgb) {
        return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff);
    }

    private static int rgb(BufferedImage picture, int x, int y) {
        return picture.getRGB(x, y) & 0xffffff;
    }
}
