package org.clattention.heads;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.io.JsonWriter;

/** What the page shows, as JSON that may stand inside a script element. Measures that are not there are left out. */
final class PageData {
    private PageData() {}

    static String json(HeadWeights weights, List<HeadProfile> profiles) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("title", weights.title());
        data.put("queries", weights.queries());
        data.put("keys", weights.keys());
        data.put("offset", weights.offset().orElse(-1));
        Map<String, Object> colours = new LinkedHashMap<>();
        colours.put("light", table(ColourMap.LIGHT));
        colours.put("dark", table(ColourMap.DARK));
        data.put("colours", colours);
        List<Object> heads = new ArrayList<>();
        for (HeadProfile profile : profiles) {
            heads.add(head(profile, weights.head(profile.layer(), profile.head())));
        }
        data.put("heads", heads);
        // A token may be </script> or <!--: nothing in the data may look like markup. Only strings can hold a <.
        return JsonWriter.toJson(data)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private static Map<String, Object> head(HeadProfile profile, HeadMatrix matrix) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("layer", profile.layer());
        head.put("head", profile.head());
        head.put("label", profile.pattern().label());
        head.put("brief", profile.pattern().brief());
        putFinite(head, "score", profile.score());
        putFinite(head, "entropy", profile.entropy());
        putFinite(head, "fraction", profile.entropyFraction());
        head.put("packed", PackedHeadWeights.pack(matrix));
        return head;
    }

    private static void putFinite(Map<String, Object> map, String name, double value) {
        if (Double.isFinite(value)) {
            map.put(name, value);
        }
    }

    private static String table(ColourMap map) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < ColourMap.SIZE; i++) {
            hex.append(String.format(Locale.ROOT, "%06x", map.colour(i / (ColourMap.SIZE - 1f))));
        }
        return hex.toString();
    }
}
