package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.bench.BenchResult;
import org.clattention.bench.BenchResult.PeerResult;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Statistics;
import org.clattention.config.KernelTime;
import org.clattention.config.PeakRates;
import org.clattention.config.StepPlan;
import org.jspecify.annotations.Nullable;

/** The results of {@code bench} as JSON; null where nothing was measured. */
final class BenchJson {
    private BenchJson() {}

    static void write(Output output, BenchOutcome outcome) {
        output.json(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("device");
            DeviceJson.fields(json, outcome.device());
            json.writeEndObject();
            peak(json, "peak", outcome.peak());
            peak(json, "lowestPeak", outcome.lowestPeak());
            json.writeArrayFieldStart("results");
            for (BenchResult result : outcome.results()) {
                result(json, result, outcome);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("peers");
            for (BenchResult result : outcome.results()) {
                for (PeerResult peer : result.peers()) {
                    peer(json, result.shape(), peer, outcome.peak());
                }
            }
            json.writeEndArray();
            if (outcome.naiveHeads() != null) {
                naiveHeads(json, outcome.naiveHeads());
            }
            profiles(json, outcome.profiles());
            json.writeEndObject();
        });
    }

    private static void peak(JsonGenerator json, String name, PeakRates peak) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("gflops", peak.gflops());
        json.writeNumberField("gbs", peak.readGigabytes());
        json.writeEndObject();
    }

    private static void result(JsonGenerator json, BenchResult result, BenchOutcome outcome) throws IOException {
        BenchShape shape = result.shape();
        json.writeStartObject();
        json.writeStringField("name", shape.name());
        json.writeNumberField("batch", shape.batch());
        json.writeNumberField("seq", shape.length());
        json.writeNumberField("past", shape.past());
        json.writeStringField("dtype", shape.weightType().name().toLowerCase(Locale.ROOT));
        json.writeStringField("cache", shape.cacheType().name().toLowerCase(Locale.ROOT));
        times(json, shape, result.time(), outcome.peak());
        json.writeStringField("verified", result.verified());
        json.writeStringField("problem", result.problem());
        List<StepPlan> plan = outcome.plans().get(shape.name());
        if (plan != null) {
            PlanJson.write(json, plan);
        }
        json.writeEndObject();
    }

    private static void times(JsonGenerator json, BenchShape shape, @Nullable Statistics time, PeakRates peak)
            throws IOException {
        double nothing = Double.NaN;
        json.writeNumberField("calls", time == null ? 0 : time.calls());
        Output.number(json, "msMedian", time == null ? nothing : time.median() * 1e3);
        Output.number(json, "msMin", time == null ? nothing : time.minimum() * 1e3);
        Output.number(json, "gflops", time == null ? nothing : BenchResult.gflops(shape, time));
        Output.number(json, "gbs", time == null ? nothing : BenchResult.gigabytes(shape, time));
        Output.number(json, "fractionOfPeak", time == null ? nothing : BenchResult.fractionOfPeak(shape, time, peak));
    }

    private static void peer(JsonGenerator json, BenchShape shape, PeerResult peer, PeakRates peak) throws IOException {
        json.writeStartObject();
        json.writeStringField("peer", peer.peer());
        json.writeStringField("version", peer.version());
        json.writeStringField("name", shape.name());
        json.writeStringField("runs", peer.description());
        times(json, shape, peer.time(), peak);
        json.writeStringField("problem", peer.problem());
        json.writeEndObject();
    }

    private static void naiveHeads(JsonGenerator json, BenchResult naive) throws IOException {
        Statistics loop = naive.peers().isEmpty() ? null : naive.peers().get(0).time();
        boolean measured = naive.time() != null && loop != null;
        json.writeObjectFieldStart("naiveHeads");
        json.writeStringField("name", naive.shape().name());
        Output.number(json, "packedMsMedian", measured ? naive.time().median() * 1e3 : Double.NaN);
        Output.number(json, "loopMsMedian", measured ? loop.median() * 1e3 : Double.NaN);
        Output.number(json, "ratio", measured ? loop.median() / naive.time().median() : Double.NaN);
        json.writeEndObject();
    }

    private static void profiles(JsonGenerator json, Map<String, Map<String, KernelTime>> profiles) throws IOException {
        json.writeArrayFieldStart("profiles");
        for (Map.Entry<String, Map<String, KernelTime>> profile : profiles.entrySet()) {
            Throughput kernels = new Throughput("", profile.getValue());
            json.writeStartObject();
            json.writeStringField("name", profile.getKey());
            json.writeArrayFieldStart("kernels");
            for (Map.Entry<String, KernelTime> kernel : kernels.bySlowness()) {
                json.writeStartObject();
                json.writeStringField("name", kernel.getKey());
                json.writeNumberField("launches", kernel.getValue().launches());
                json.writeNumberField("ms", kernel.getValue().nanoseconds() * 1e-6);
                json.writeNumberField("share", kernels.share(kernel.getValue()));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
