package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.clattention.config.DataType;
import org.clattention.config.PeakRates;
import org.clattention.model.GenerationResult;
import org.clattention.model.ModelSource;
import org.jspecify.annotations.Nullable;

/**
 * The report on a generation, besides its text.
 *
 * @param device its name
 * @param context how many tokens a sequence may have
 * @param asked how many new tokens were asked for
 * @param storage the type in which the device keeps matrices; null: as in the file
 * @param peaks the device's peaks; null if not measured
 */
record GenerationReport(
        String device,
        ModelSource source,
        int context,
        int asked,
        @Nullable DataType storage,
        PromptOptions.Prompts prompts,
        GenerationResult result,
        @Nullable PeakRates peaks) {

    List<String> lines() {
        List<String> out = new ArrayList<>();
        out.add(String.format(
                Locale.ROOT,
                "[%d prompt tokens, first new token after %.0f ms; %d new tokens, %.1f tokens/s; %s, %,d bytes of weights]",
                result.promptTokens(),
                1e3 * result.firstTokenSeconds(),
                result.newTokens(),
                result.tokensPerSecond(),
                device,
                bytes()));
        for (int b = 0; b < prompts.size(); b++) {
            if (isCut(b)) {
                out.add(String.format(
                        Locale.ROOT,
                        "[cut: %safter %d of %d new tokens the context of %d tokens is full]",
                        prompts.size() == 1 ? "" : "[" + b + "] ",
                        result.tokens().get(b).length,
                        asked,
                        context));
            }
        }
        if (peaks != null) {
            out.add(String.format(
                    Locale.ROOT,
                    "[decoding reads %.1f GB/s, %.2f of the %.1f GB/s that the device reads at most]",
                    1e-9 * bytesPerSecond(),
                    1e-9 * bytesPerSecond() / peaks.readGigabytes(),
                    peaks.readGigabytes()));
        }
        return out;
    }

    private boolean isCut(int b) {
        return result.stops().get(b) == GenerationResult.Stop.CONTEXT_FULL;
    }

    private long bytes() {
        return source.bytes(storage);
    }

    /** Each step reads all weights once; reads of the cache are not counted. */
    private double bytesPerSecond() {
        return result.decodeSeconds() <= 0 ? 0 : bytes() * (double) result.decodeSteps() / result.decodeSeconds();
    }

    void json(Output output) {
        output.json(json -> {
            json.writeStartObject();
            json.writeStringField("device", device);
            json.writeStringField("architecture", source.spec().architecture());
            json.writeNumberField("weightBytes", bytes());
            json.writeNumberField("promptTokens", result.promptTokens());
            json.writeNumberField("newTokens", result.newTokens());
            json.writeNumberField("maxTokens", asked);
            json.writeNumberField("context", context);
            json.writeNumberField("firstTokenMs", 1e3 * result.firstTokenSeconds());
            json.writeNumberField("tokensPerSecond", result.tokensPerSecond());
            if (peaks != null) {
                json.writeNumberField("peakGbs", peaks.readGigabytes());
                json.writeNumberField("fractionOfPeak", 1e-9 * bytesPerSecond() / peaks.readGigabytes());
            }
            json.writeArrayFieldStart("sequences");
            for (int b = 0; b < prompts.size(); b++) {
                sequence(json, b);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void sequence(JsonGenerator json, int b) throws IOException {
        json.writeStartObject();
        json.writeStringField("prompt", prompts.text(b));
        json.writeStringField("text", prompts.continuation(b, result.tokens().get(b)));
        json.writeStringField("stop", result.stops().get(b).name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("cut", isCut(b));
        json.writeArrayFieldStart("tokens");
        for (int token : result.tokens().get(b)) {
            json.writeNumber(token);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
