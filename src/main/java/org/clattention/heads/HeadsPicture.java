package org.clattention.heads;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/**
 * A picture of all heads for reports: a row per layer (several where a layer has many heads), with labels, entropies, and a legend.
 * Colours are those of {@link ColourMap#LIGHT} by the root of the weight, so that small weights are seen, too.
 */
public final class HeadsPicture {
    private static final Color INK = new Color(0x22242b);
    private static final Color FAINT = new Color(0x6a6d78);
    private static final Color RULE = new Color(0xd8d5cc);

    private HeadsPicture() {}

    /**
     * Draws the picture.
     *
     * @param profiles the heads' measures, from {@link HeadAnalysis}
     * @throws IllegalStateException if this Java has no fonts
     */
    public static BufferedImage draw(HeadWeights weights, List<HeadProfile> profiles) {
        PictureLayout layout = PictureLayout.of(weights);
        BufferedImage image = new BufferedImage(layout.width(), layout.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D to = image.createGraphics();
        try {
            to.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            to.setColor(Color.WHITE);
            to.fillRect(0, 0, layout.width(), layout.height());
            header(to, layout, weights);
            for (HeadProfile profile : profiles) {
                tile(image, to, layout, weights, profile);
            }
            legend(image, to, layout);
        } catch (InternalError | LinkageError e) {
            throw new IllegalStateException(
                    "this Java cannot draw text: install fontconfig and a font, for example fonts-dejavu-core", e);
        } finally {
            to.dispose();
        }
        return image;
    }

    private static void header(Graphics2D to, PictureLayout layout, HeadWeights weights) {
        text(to, weights.title(), Font.BOLD, 17, INK, PictureLayout.MARGIN, PictureLayout.MARGIN + 14, layout.inner());
        String sizes = weights.layers().size() + " x " + layout.columns() + " heads, "
                + weights.queries().size() + " queries (down), "
                + weights.keys().size() + " keys (across)";
        if (weights.layers().stream().anyMatch(heads -> heads.size() != layout.columns())) {
            sizes = weights.headCount() + sizes.substring(sizes.indexOf(" heads"));
        }
        text(to, sizes, Font.PLAIN, 12, FAINT, PictureLayout.MARGIN, PictureLayout.MARGIN + 34, layout.inner());
    }

    private static void tile(
            BufferedImage image, Graphics2D to, PictureLayout layout, HeadWeights weights, HeadProfile profile) {
        int x = layout.x(profile.head());
        int y = layout.y(profile.layer(), profile.head());
        int side = layout.side();
        if (profile.head() == 0) {
            text(to, "L" + profile.layer(), Font.PLAIN, 12, FAINT, PictureLayout.MARGIN, y + 12, layout.inner());
        }
        cells(image, layout, weights.head(profile.layer(), profile.head()), x, y);
        to.setColor(RULE);
        to.drawRect(x - 1, y - 1, side + 1, side + 1);
        String label = profile.head() + " " + profile.pattern().brief();
        text(to, label, Font.PLAIN, 11, INK, x, y + side + 13, side);
        String entropy = Double.isNaN(profile.entropy()) ? "-" : String.format(Locale.ROOT, "%.2f", profile.entropy());
        text(to, entropy, Font.PLAIN, 11, FAINT, x, y + side + 26, side);
    }

    /** Where there are more weights than pixels, a pixel shows the largest of its block. */
    private static void cells(BufferedImage image, PictureLayout layout, HeadMatrix head, int x, int y) {
        int side = layout.side();
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                float most = 0;
                for (int q = row * head.queries() / side; q <= last(row, side, head.queries()); q++) {
                    for (int k = column * head.keys() / side; k <= last(column, side, head.keys()); k++) {
                        most = Math.max(most, head.weight(q, k));
                    }
                }
                image.setRGB(x + column, y + row, ColourMap.LIGHT.colour((float) Math.sqrt(most)));
            }
        }
    }

    private static int last(int pixel, int side, int count) {
        return Math.max(pixel * count / side, (pixel + 1) * count / side - 1);
    }

    private static void legend(BufferedImage image, Graphics2D to, PictureLayout layout) {
        int x = PictureLayout.MARGIN;
        int y = layout.legendY();
        for (int i = 0; i < PictureLayout.LEGEND; i++) {
            for (int j = 0; j < 10; j++) {
                image.setRGB(x + i, y + j, ColourMap.LIGHT.colour(i / (PictureLayout.LEGEND - 1f)));
            }
        }
        for (double weight : new double[] {0, 0.01, 0.1, 0.5, 1}) {
            int at = x + (int) Math.round(Math.sqrt(weight) * (PictureLayout.LEGEND - 1));
            to.setColor(FAINT);
            to.drawLine(at, y + 10, at, y + 13);
            String name = weight == 0 || weight == 1 ? Integer.toString((int) weight) : Double.toString(weight);
            text(to, name, Font.PLAIN, 10, FAINT, at - 3, y + 24, 40);
        }
        String note = "weight; below a head: number, what it does, mean entropy in nats";
        text(to, note, Font.PLAIN, 11, FAINT, x, y + 42, layout.inner());
    }

    /** Text, cut off where it would be wider than {@code width}. */
    private static void text(Graphics2D to, String text, int style, int size, Color colour, int x, int y, int width) {
        to.setFont(new Font(Font.SANS_SERIF, style, size));
        to.setColor(colour);
        int length = text.length();
        while (length > 1 && to.getFontMetrics().stringWidth(text.substring(0, length)) > width) {
            length--;
        }
        to.drawString(text.substring(0, length), x, y);
    }
}
