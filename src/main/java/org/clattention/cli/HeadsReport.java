package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.heads.HeadAblation;
import org.clattention.heads.HeadAnalysis;
import org.clattention.heads.HeadEffect;
import org.clattention.heads.HeadPattern;
import org.clattention.heads.HeadProfile;
import org.clattention.heads.HeadWeights;
import org.clattention.heads.HeadsSource;
import org.jspecify.annotations.Nullable;

/**
 * The report on heads.
 *
 * @param effects the effect of removing each head, smallest first; null unless requested
 */
record HeadsReport(
        HeadWeights weights,
        List<HeadProfile> profiles,
        @Nullable List<HeadEffect> effects) {
    /** Measures the heads of a source. */
    static HeadsReport of(HeadsSource source, boolean ablate) {
        HeadWeights weights = source.weights();
        return new HeadsReport(weights, HeadAnalysis.of(weights), ablate ? HeadAblation.of(source, weights) : null);
    }

    /** Writes files, the tables and JSON. */
    void write(CaseSession session, Output output, HeadsFiles files) {
        files.write(weights, profiles);
        output.line(weights.title() + ", on " + session.description());
        TextTable.lines(heads()).forEach(output::line);
        if (effects != null) {
            output.line("");
            output.line("without a head the output changes by (the first could be pruned with the least harm):");
            TextTable.lines(changes()).forEach(output::line);
        }
        output.json(json -> json(session, json));
    }

    private List<String[]> heads() {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"layer", "head", "label", "score", "entropy", "of largest"});
        for (HeadProfile head : profiles) {
            rows.add(new String[] {
                Integer.toString(head.layer()),
                Integer.toString(head.head()),
                head.pattern().label(),
                decimals(head.score()),
                decimals(head.entropy()),
                decimals(head.entropyFraction())
            });
        }
        return rows;
    }

    private List<String[]> changes() {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"layer", "head", "change"});
        for (HeadEffect effect : effects == null ? List.<HeadEffect>of() : effects) {
            rows.add(new String[] {
                Integer.toString(effect.layer()),
                Integer.toString(effect.head()),
                String.format(Locale.ROOT, "%.4g", effect.change())
            });
        }
        return rows;
    }

    private static String decimals(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }

    private void json(CaseSession session, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("device");
        session.describe(json);
        json.writeEndObject();
        json.writeStringField("title", weights.title());
        json.writeNumberField("queries", weights.queries().size());
        json.writeNumberField("keys", weights.keys().size());
        json.writeArrayFieldStart("heads");
        for (HeadProfile head : profiles) {
            json.writeStartObject();
            json.writeNumberField("layer", head.layer());
            json.writeNumberField("head", head.head());
            json.writeStringField("label", head.pattern().label());
            Output.number(json, "score", head.score());
            Output.number(json, "entropy", head.entropy());
            Output.number(json, "entropyFraction", head.entropyFraction());
            json.writeObjectFieldStart("scores");
            for (Map.Entry<HeadPattern, Double> score : head.scores().entrySet()) {
                Output.number(json, score.getKey().label(), score.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        if (effects != null) {
            json.writeArrayFieldStart("ablation");
            for (HeadEffect effect : effects) {
                json.writeStartObject();
                json.writeNumberField("layer", effect.layer());
                json.writeNumberField("head", effect.head());
                Output.number(json, "change", effect.change());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
