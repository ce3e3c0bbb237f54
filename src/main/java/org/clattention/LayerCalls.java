package org.clattention;

import java.util.Arrays;
import java.util.function.Function;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.RotaryConfig;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.layer.AttentionLayer;
import org.clattention.internal.layer.BatchLayout;
import org.clattention.internal.layer.LayerSteps;
import org.jspecify.annotations.Nullable;

/** What all layers do around a call: hold what it uses, check it, and lock, reserve and count its cache. */
final class LayerCalls {
    private static final long[] NO_SHAPE = {};

    private LayerCalls() {}

    /**
     * Runs a call while everything that it uses is held open.
     *
     * @param layer who made the caches that this call may use
     */
    static AttentionResult run(
            AttentionEngine engine,
            Lifetime lifetime,
            Object layer,
            AttentionInputs inputs,
            Function<AttentionInputs, AttentionResult> call) {
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            use.tensor("x", inputs.x());
            use.optionalTensor("memory", inputs.memory());
            use.optionalTensor("attend", inputs.masks().attend());
            use.optionalTensor("bias", inputs.masks().bias());
            use.optionalTensor("output", inputs.output());
            KvCache cache = inputs.cache();
            if (cache == null) {
                return call.apply(inputs);
            }
            if (cache.engine() != engine) {
                throw new IllegalArgumentException("cache: belongs to another engine");
            }
            cache.requireMadeBy(layer);
            use.hold(cache.lifetime());
            // Held from reading the lengths to counting the new tokens.
            cache.lock().lock();
            try {
                return call.apply(inputs);
            } finally {
                cache.lock().unlock();
            }
        }
    }

    /**
     * Runs the steps of a checked call, waits for them, and counts the new tokens of its cache.
     *
     * @param outputWidth Do
     * @param layer prepares the call and queues its steps
     */
    static AttentionResult forward(
            AttentionEngine engine,
            AttentionInputs inputs,
            LayerArguments arguments,
            MaskArguments masks,
            int heads,
            int outputWidth,
            LayerSteps layer) {
        requireOutput(inputs, outputWidth);
        KvCache cache = inputs.cache();
        if (cache == null) {
            return steps(engine, inputs, arguments, masks, heads, outputWidth, layer);
        }
        return cache.appending(
                arguments.tokens().counts(), () -> steps(engine, inputs, arguments, masks, heads, outputWidth, layer));
    }

    private static AttentionResult steps(
            AttentionEngine engine,
            AttentionInputs inputs,
            LayerArguments arguments,
            MaskArguments masks,
            int heads,
            int outputWidth,
            LayerSteps layer) {
        layer.prepare(arguments.tokens(), inputs.positions());
        try (PendingResult result = result(engine, inputs, arguments, heads, outputWidth)) {
            try (CommandStream stream = engine.backend().stream()) {
                DeviceArray y = result.output().array();
                layer.forward(stream, call(inputs, arguments, masks, result.wanted(), y));
                stream.finish();
            }
            return result.complete();
        }
    }

    /** Checks the caller's tensor for the output, if there is one. */
    private static void requireOutput(AttentionInputs inputs, int width) {
        Tensor output = inputs.output();
        if (output == null) {
            return;
        }
        Tensor x = inputs.x();
        boolean fits = output.type() == x.type() && output.rank() == x.rank() && output.dim(-1) == width;
        for (int i = 0; fits && i < x.rank() - 1; i++) {
            fits = output.dim(i) == x.dim(i);
        }
        if (!fits) {
            throw new IllegalArgumentException("output: " + output.type() + " " + Arrays.toString(output.shape())
                    + " must be " + x.type() + " " + Arrays.toString(outputShape(x, width)));
        }
        requireApart(output, "x", x);
        requireApart(output, "memory", inputs.memory());
        requireApart(output, "attend", inputs.masks().attend());
        requireApart(output, "bias", inputs.masks().bias());
    }

    private static void requireApart(Tensor output, String name, @Nullable Tensor input) {
        if (output == input) {
            throw new IllegalArgumentException(
                    "output: is also " + name + "; a call cannot write to what it reads, so give it another tensor");
        }
    }

    private static long[] outputShape(Tensor x, int width) {
        long[] shape = x.shape();
        shape[shape.length - 1] = width;
        return shape;
    }

    /** Checks masks, alignment and positions of a call. */
    static MaskArguments masks(
            AttentionInputs inputs,
            LayerArguments arguments,
            AttentionOptions options,
            int heads,
            @Nullable RotaryConfig rotary) {
        boolean cached = inputs.cache() != null;
        boolean byLengths = options.alignment() == CausalAlignment.LENGTHS;
        if (byLengths && inputs.masks().lengths() == null) {
            throw new IllegalArgumentException("lengths: missing, but the alignment is LENGTHS");
        }
        if (byLengths && cached) {
            throw new IllegalArgumentException("cache: counts its own tokens, so the alignment cannot be LENGTHS");
        }
        if (rotary != null && inputs.memory() != null) {
            throw new IllegalArgumentException("memory: a layer with rotary embedding does not take one");
        }
        if (rotary == null && inputs.positions() != null) {
            throw new IllegalArgumentException("positions: this layer has no rotary embedding");
        }
        BatchLayout tokens = arguments.tokens();
        return MaskArguments.of(
                inputs.masks(),
                tokens.batch(),
                heads,
                tokens.longest(),
                arguments.keyLength(),
                cached ? tokens.longest() : arguments.keyLength());
    }

    /** What a call writes to: the caller's tensor, or new ones. */
    private static PendingResult result(
            AttentionEngine engine, AttentionInputs inputs, LayerArguments arguments, int heads, int outputWidth) {
        BatchLayout tokens = arguments.tokens();
        return new PendingResult(
                engine,
                inputs.wanted(),
                inputs.output(),
                inputs.x().type(),
                inputs.output() != null ? NO_SHAPE : outputShape(inputs.x(), outputWidth),
                tokens.batch(),
                heads,
                tokens.longest(),
                arguments.keyLength());
    }

    /** The call as the layer takes it. */
    static AttentionLayer.Call call(
            AttentionInputs inputs,
            LayerArguments arguments,
            MaskArguments masks,
            AttentionOp.Wanted wanted,
            DeviceArray y) {
        Tensor memory = inputs.memory();
        KvCache cache = inputs.cache();
        return new AttentionLayer.Call(
                inputs.x().array(),
                arguments.tokens(),
                memory == null ? null : memory.array(),
                memory == null ? 0 : arguments.keyLength(),
                cache == null ? masks.lengths() : null,
                cache == null ? null : cache.store(),
                inputs.positions(),
                masks.attend(),
                masks.bias(),
                wanted,
                null,
                y);
    }
}
