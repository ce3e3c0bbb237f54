package org.clattention.heads;

/**
 * Colours for weights from 0 to 1, even to the eye: the lightness of Oklab (Ottosson 2020) goes in equal steps from one end to
 * the other, while the hue turns from sand over teal to indigo, so that it reads in greyscale, too.
 */
public enum ColourMap {
    /** For a light ground: from nearly white to deep indigo. */
    LIGHT(0.985, 0.25),
    /** For a dark ground: from nearly black to pale sand. */
    DARK(0.20, 0.95);

    /** The number of colours. */
    public static final int SIZE = 256;

    private static final double PALE_HUE = 95;
    private static final double DEEP_HUE = 285;
    private static final double CHROMA = 0.105;

    private final int[] colours = new int[SIZE];

    ColourMap(double lightnessOfZero, double lightnessOfOne) {
        for (int i = 0; i < SIZE; i++) {
            double t = i / (SIZE - 1.0);
            colours[i] = colour(lightnessOfZero + (lightnessOfOne - lightnessOfZero) * t);
        }
    }

    /** The colour 0xRRGGBB of a value; below 0 that of 0, above 1 that of 1. */
    public int colour(float value) {
        return colours[Math.round(Math.max(0, Math.min(1, value)) * (SIZE - 1))];
    }

    private static int colour(double lightness) {
        // Colourful in the middle, for the ends of the scale of lightness have no room for colour.
        double room = Math.max(0, Math.min(1, 4.2 * lightness * (1 - lightness)));
        double chroma = CHROMA * room;
        double hue = Math.toRadians(DEEP_HUE + (PALE_HUE - DEEP_HUE) * lightness);
        return rgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
    }

    /** From Oklab to sRGB, with the matrices of its definition. */
    private static int rgb(double lightness, double a, double b) {
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        int red = channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
        int green = channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
        int blue = channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
        return red << 16 | green << 8 | blue;
    }

    private static double cube(double x) {
        return x * x * x;
    }

    private static int channel(double linear) {
        double x = Math.max(0, Math.min(1, linear));
        double encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * Math.pow(x, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * encoded);
    }
}
