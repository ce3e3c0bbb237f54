package org.clattention.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.clattention.config.HostTensor;
import org.clattention.heads.HeadWeights;
import org.clattention.heads.HeadsSource;

/**
 * The heads of a golden case with one attention: {@code attention}, {@code multi_head_attention} or {@code transformer_block}. A case
 * has no words: its tokens are named by their positions, q0 and k0 where queries and keys are different sequences.
 */
public final class CaseHeads implements HeadsSource {
    private static final String GATE = "head_gate";

    private final CaseRunner runner;
    private final GoldenCase goldenCase;
    private final int sequence;
    private final boolean layer;

    /**
     * @param runner computes the case; it must return weights for all three operations
     * @param sequence the batch entry
     * @throws IllegalArgumentException if the case has no heads, or no such sequence
     */
    public CaseHeads(CaseRunner runner, GoldenCase goldenCase, int sequence) {
        this.runner = runner;
        this.goldenCase = goldenCase;
        this.sequence = sequence;
        this.layer = switch (goldenCase.op()) {
            case "attention" -> false;
            case "multi_head_attention", "transformer_block" -> true;
            default ->
                throw new IllegalArgumentException("operation " + goldenCase.op() + " shows no heads; those that do are"
                        + " attention, multi_head_attention and transformer_block");
        };
        HostTensor in = input(layer ? "x" : "Q");
        if (in.rank() < 1 || sequence < 0 || sequence >= in.dim(0)) {
            throw new IllegalArgumentException(
                    "--sequence " + sequence + ": the batch has " + (in.rank() < 1 ? 0 : in.dim(0)));
        }
    }

    @Override
    public HeadWeights weights() {
        HostTensor weights = run(goldenCase.inputs(), layer ? "weights" : "qk_matmul_output");
        int queries = Math.toIntExact(weights.dim(2));
        int keys = Math.toIntExact(weights.dim(3));
        OptionalInt offset = offset(queries, keys);
        int first = offset.orElse(0);
        String title = goldenCase.name() + ", " + goldenCase.op() + ", sequence " + sequence;
        return HeadWeights.of(
                title,
                names(offset.isPresent() ? "" : "q", first, queries),
                names(offset.isPresent() ? "" : "k", 0, keys),
                offset,
                List.of(weights),
                sequence);
    }

    @Override
    public double[] outputWith(float[][] gates) {
        if (gates.length != 1) {
            throw new IllegalArgumentException("gates: " + gates.length + " layers, but a case has 1");
        }
        if (layer) {
            Map<String, HostTensor> inputs = new HashMap<>(goldenCase.inputs());
            inputs.put(GATE, combined(gates[0]));
            return of(run(inputs, "y"));
        }
        HostTensor output = run(goldenCase.inputs(), "Y");
        double[] values = of(output);
        // [H, S, dv], or [S, H·dv]: without an output projection, to gate a head is to scale its part of the output.
        long size = output.rank() == 3 ? output.dim(2) / gates[0].length : output.dim(2) * output.dim(3);
        for (int i = 0; i < values.length; i++) {
            values[i] *= gates[0][(int) (i / size % gates[0].length)];
        }
        return values;
    }

    private HostTensor combined(float[] gates) {
        HostTensor own = goldenCase.inputs().get(GATE);
        float[] product = gates.clone();
        if (own != null) {
            if (own.elements() != gates.length) {
                throw new IllegalArgumentException("in.head_gate: " + own + " must be [" + gates.length + "]");
            }
            for (int head = 0; head < product.length; head++) {
                product[head] *= own.getFloat(head);
            }
        }
        return HostTensor.of(product, product.length);
    }

    /** One output of the case with these inputs. */
    private HostTensor run(Map<String, HostTensor> inputs, String output) {
        Map<String, Object> attributes = new HashMap<>(goldenCase.attributes().asMap());
        if (!layer) {
            attributes.put("qk_matmul_output_mode", 3L);
        }
        GoldenCase asked = new GoldenCase(
                goldenCase.name(),
                goldenCase.op(),
                new Attributes(attributes),
                goldenCase.rtol(),
                goldenCase.atol(),
                goldenCase.source(),
                inputs,
                // Runners look at the names alone.
                Map.of(output, HostTensor.of(new float[0], 0)));
        HostTensor result = runner.run(asked).get(output);
        if (result == null) {
            throw new UnsupportedCaseException("no " + output + " of " + goldenCase.op());
        }
        return result;
    }

    private double[] of(HostTensor output) {
        return output.rows(sequence, sequence + 1L).toDoubles();
    }

    /** At which key the first query stands; what is unrelated has no such key. */
    private OptionalInt offset(int queries, int keys) {
        Map<String, HostTensor> inputs = goldenCase.inputs();
        if (inputs.containsKey("memory")) {
            return OptionalInt.empty();
        }
        HostTensor past = inputs.get("past_key");
        if (past != null) {
            return OptionalInt.of(Math.toIntExact(past.dim(2)));
        }
        HostTensor lengths = inputs.get("nonpad_kv_seqlen");
        if (!layer && lengths != null && goldenCase.attributes().getBoolean("is_causal", false)) {
            long from = lengths.getLong(sequence) - queries;
            return from < 0 ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(from));
        }
        return queries == keys ? OptionalInt.of(0) : OptionalInt.empty();
    }

    private HostTensor input(String name) {
        HostTensor tensor = goldenCase.inputs().get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("in." + name + ": is missing");
        }
        return tensor;
    }

    private static List<String> names(String prefix, int first, int count) {
        return IntStream.range(first, first + count).mapToObj(i -> prefix + i).toList();
    }
}
