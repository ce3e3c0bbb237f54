package org.clattention.heads;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page to explore heads, one self-contained HTML file that asks the network for nothing: all heads as small heat maps, lines from
 * token to token, the weights of one head cell by cell. Its parts lie beside this class as resources.
 */
public final class HeadsPage {
    /** How many weights a page takes: about 256 tokens in 1024 heads. */
    public static final long MOST_WEIGHTS = 1L << 26;

    private static final Pattern PLACE = Pattern.compile("<!--\\{(\\w+)(?: ([\\w.]+))?\\}-->");

    private HeadsPage() {}

    /**
     * The page as HTML, to be written in UTF-8. Equal arguments give equal pages.
     *
     * @param profiles the heads' measures, from {@link HeadAnalysis}
     * @throws IllegalArgumentException if there are more than {@link #MOST_WEIGHTS}
     */
    public static String html(HeadWeights weights, List<HeadProfile> profiles) {
        long count = (long) weights.headCount()
                * weights.queries().size()
                * weights.keys().size();
        if (count > MOST_WEIGHTS) {
            throw new IllegalArgumentException("weights: " + count + " are too many for a page, which takes "
                    + MOST_WEIGHTS + "; show fewer tokens");
        }
        String data = PageData.json(weights, profiles);
        Matcher places = PLACE.matcher(resource("page.html"));
        return places.replaceAll(place -> Matcher.quoteReplacement(fill(place, weights.title(), data)));
    }

    private static String fill(MatchResult place, String title, String data) {
        return switch (place.group(1)) {
            case "title" -> escape(title);
            case "data" -> data;
            case "file" -> "\n" + resource(place.group(2));
            default -> throw new IllegalStateException("page.html: nothing is called " + place.group());
        };
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    static String resource(String name) {
        try (InputStream in = HeadsPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
