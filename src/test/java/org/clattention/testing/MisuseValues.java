package org.clattention.testing;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionMasks;
import org.clattention.AttentionResult;
import org.clattention.DotProductInputs;
import org.clattention.HeadPruning;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.ReturnOptions;
import org.clattention.StackInputs;
import org.clattention.StackResult;
import org.clattention.Tensor;
import org.clattention.TransformerStack;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.BlockAttention;
import org.clattention.config.BlockAttentionWeights;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.EngineOptions;
import org.clattention.config.HeadExtras;
import org.clattention.config.HostTensor;
import org.clattention.config.KernelTime;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.config.PeakRates;
import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.config.StepPlan;
import org.jspecify.annotations.Nullable;

/** Good and bad values for parameters of every type, around layers of width 4 on the Java engine. The first of a type is good. */
public final class MisuseValues implements AutoCloseable {
    private final Map<Class<?>, List<@Nullable Object>> pools = new HashMap<>();
    private final AttentionEngine engine = AttentionEngine.open("java");
    private final AttentionEngine other = AttentionEngine.open("java");

    /** Makes one of everything. */
    public MisuseValues() {
        simple();
        tensors();
        configurations();
        layers();
    }

    /** Values of these types: mostly good ones, one or more bad. */
    public Object[] arguments(Type[] types, SplittableRandom random) {
        Object[] arguments = new Object[types.length];
        int bad = types.length == 0 ? -1 : random.nextInt(types.length);
        for (int i = 0; i < types.length; i++) {
            List<@Nullable Object> pool = pool(types[i]);
            boolean good = i != bad && random.nextDouble() < 0.8;
            arguments[i] = pool.get(good ? 0 : random.nextInt(pool.size()));
        }
        return arguments;
    }

    /** What a method of this type is called on. */
    public Object target(Class<?> type, SplittableRandom random) {
        List<@Nullable Object> pool = new ArrayList<>(pool(type));
        pool.removeIf(value -> value == null);
        return pool.get(random.nextInt(pool.size()));
    }

    private List<@Nullable Object> pool(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class
                    ? lists(pool(generic.getActualTypeArguments()[0]))
                    : pool((Class<?>) generic.getRawType());
        }
        return pool((Class<?>) type);
    }

    private static List<@Nullable Object> lists(List<@Nullable Object> elements) {
        return Arrays.asList(
                Collections.singletonList(elements.get(0)), List.of(), Collections.singletonList(null), null);
    }

    private List<@Nullable Object> pool(Class<?> type) {
        List<@Nullable Object> pool = pools.get(type);
        if (pool != null) {
            return pool;
        }
        if (type.isEnum()) {
            List<@Nullable Object> constants = new ArrayList<>(Arrays.asList(type.getEnumConstants()));
            constants.add(null);
            return constants;
        }
        throw new IllegalStateException("no values of " + type);
    }

    private void put(Class<?> type, @Nullable Object... values) {
        pools.put(type, Arrays.asList(values));
    }

    private void simple() {
        int max = Integer.MAX_VALUE;
        put(int.class, 2, 0, 1, 4, -1, 3, max, Integer.MIN_VALUE, 1 << 24);
        put(long.class, 2L, 0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31);
        put(boolean.class, true, false);
        HostTensor.Source zeros = (position, target) -> target.put(new byte[target.remaining()]);
        put(HostTensor.Source.class, zeros, null);
        put(Duration.class, Duration.ZERO, Duration.ofMinutes(10), Duration.ofSeconds(-1), null);
        put(boolean[].class, new boolean[8], new boolean[0], null);
        put(float.class, 1f, 0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE);
        put(double.class, 1.0, 0.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY, 1e300, 1e-300);
        put(short.class, (short) 1, Short.MIN_VALUE);
        put(float[].class, new float[8], new float[0], new float[] {Float.NaN}, null);
        put(double[].class, new double[8], new double[0], null);
        put(
                int[].class,
                new int[] {0, 2},
                new int[0],
                new int[] {0, max},
                new int[] {-1, 2},
                new int[] {0, 1, 2},
                null);
        put(
                long[].class,
                new long[] {2, 4},
                new long[0],
                new long[] {8},
                new long[] {-2, -4},
                new long[] {max, max, max},
                new long[] {Long.MAX_VALUE, 2},
                new long[] {Long.MIN_VALUE},
                new long[] {1L << 32, 0},
                null);
        put(float[][].class, new float[2][4], new float[0][], new float[][] {null}, null);
        put(String.class, "java", "", "none of that name", null);
        put(OptionalDouble.class, OptionalDouble.of(1), OptionalDouble.empty(), OptionalDouble.of(Double.NaN), null);
        put(Set.class, Set.of(0), Set.of(), Set.of(-1), Set.of(max), Collections.singleton(null), null);
        put(Runnable.class, (Runnable) () -> {}, null);
        put(
                ByteBuffer.class,
                AttentionEngine.allocateAligned(32),
                ByteBuffer.allocate(32),
                ByteBuffer.allocate(0),
                ByteBuffer.allocateDirect(33).position(1),
                ByteBuffer.allocate(32).asReadOnlyBuffer(),
                null);
        put(
                FloatBuffer.class,
                FloatBuffer.allocate(8),
                FloatBuffer.allocate(0),
                FloatBuffer.allocate(8).asReadOnlyBuffer(),
                null);
        put(Object.class, "something", null);
        put(KernelTime.class, new KernelTime(1, 1), null);
        put(PeakRates.class, new PeakRates(1, 1), null);
        put(
                DataType.class,
                DataType.F32,
                DataType.F16,
                DataType.Q8_0,
                DataType.Q4_0,
                DataType.I64,
                DataType.BOOL,
                DataType.U8,
                null);
    }

    private void tensors() {
        Tensor closed = engine.tensor(new float[8], 2, 4);
        closed.close();
        put(
                Tensor.class,
                engine.tensor(new float[8], 1, 2, 4),
                engine.tensor(new float[8], 2, 4),
                engine.tensor(new float[8], 1, 2, 2, 2),
                engine.tensor(new float[2], 2),
                engine.tensor(new float[0], 1, 0, 4),
                engine.tensor(new float[1]),
                engine.tensor(new boolean[4], 1, 1, 2, 2),
                engine.tensor(HostTensor.ofInts(new int[8], 1, 2, 4)),
                engine.tensor(HostTensor.of(new float[8], 1, 2, 4).to(DataType.F16)),
                other.tensor(new float[8], 1, 2, 4),
                closed,
                null);
        put(
                HostTensor.class,
                HostTensor.of(new float[16], 4, 4),
                HostTensor.of(new float[4], 4),
                HostTensor.of(new float[0], 0),
                HostTensor.of(new float[1]),
                HostTensor.of(new float[64], 2, 32).to(DataType.Q8_0),
                HostTensor.of(new float[] {Float.NaN, 1, 1, 1}, 4),
                HostTensor.ofLongs(new long[16], 4, 4),
                HostTensor.ofBooleans(new boolean[16], 4, 4),
                null);
    }

    private static HostTensor host(int... shape) {
        long[] sizes = Arrays.stream(shape).asLongStream().toArray();
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(values, 0.5f);
        return HostTensor.of(values, sizes);
    }

    private void configurations() {
        RotaryConfig rotary = RotaryConfig.of(RotaryConfig.Style.HALF, 10000);
        put(RotaryScaling.class, RotaryScaling.NONE, new RotaryScaling.Linear(2), null);
        for (Class<?> scaling : RotaryScaling.class.getClasses()) {
            pools.putIfAbsent(scaling, Arrays.asList(scalingOf(scaling), null));
        }
        put(RotaryConfig.class, rotary, new RotaryConfig(RotaryConfig.Style.HALF, 10, 8, RotaryScaling.NONE), null);
        put(AttentionOptions.class, AttentionOptions.DEFAULT, AttentionOptions.DEFAULT.withWindow(1, 1), null);
        put(
                CacheOptions.class,
                CacheOptions.contiguous(1, 4),
                CacheOptions.ring(1, 4),
                CacheOptions.paged(1, 2, 2),
                CacheOptions.contiguous(Integer.MAX_VALUE, Integer.MAX_VALUE),
                CacheOptions.contiguous(1, 4).withType(DataType.Q8_0),
                null);
        put(EngineOptions.class, EngineOptions.DEFAULT.withDevice("java"), null);
        put(
                ReturnOptions.class,
                ReturnOptions.OUTPUT,
                ReturnOptions.WEIGHTS,
                ReturnOptions.OUTPUT.withSummaries(true, Integer.MAX_VALUE, true),
                null);
        put(HeadExtras.class, HeadExtras.NONE, HeadExtras.NONE.withHeadGate(host(3)), null);
        AttentionConfig config = AttentionConfig.of(4, 2).withRotary(rotary);
        AttentionConfig huge = AttentionConfig.of(4, 1, 1 << 29);
        put(AttentionConfig.class, config, AttentionConfig.of(4, 1), huge, null);
        AttentionWeights weights = AttentionWeights.of(host(4, 4), host(4, 4), host(4, 4), host(4, 4));
        put(AttentionWeights.class, weights, weights.withBiases(host(3), null, null, null), null);
        LatentConfig latent =
                new LatentConfig(4, 2, 2, 2, 2, 4, 0, AttentionOptions.DEFAULT, rotary, 1e-6, LatentConfig.Form.AUTO);
        LatentWeights latents =
                new LatentWeights(host(8, 4), null, null, null, host(6, 4), host(4), host(8, 4), host(4, 4));
        put(LatentConfig.class, latent, null);
        put(LatentWeights.class, latents, null);
        put(BlockAttention.class, config, latent, null);
        put(BlockAttentionWeights.class, weights, latents, null);
        BlockConfig block =
                new BlockConfig(config, BlockConfig.Norm.RMS, BlockConfig.NormPosition.PRE, 1e-6, Activation.SILU, 8);
        BlockWeights blocks = new BlockWeights(
                weights, host(4), null, host(4), null, host(8, 4), null, host(8, 4), null, host(4, 8), null);
        put(BlockConfig.class, block, null);
        put(BlockWeights.class, blocks, blocks.withAttention(latents), null);
        put(HeadPruning.class, new HeadPruning(config, weights), null);
        StackConfig stack = new StackConfig(List.of(block, block), false, false, 0, null);
        put(StackConfig.class, stack, null);
        IntFunction<BlockWeights> source = i -> blocks;
        IntFunction<@Nullable BlockWeights> none = i -> null;
        put(IntFunction.class, source, none, null);
        put(StackWeights.class, new StackWeights(source, null, null, null), null);
        put(StackWeights.NormWeights.class, new StackWeights.NormWeights(host(4), null), null);
        put(StackWeights.LogitsWeights.class, StackWeights.LogitsWeights.of(host(8, 4)), null);
        put(StepPlan.class, new StepPlan("step", "shape", List.of(), "reason"), null);
        put(StepPlan.KernelPlan.class, new StepPlan.KernelPlan("cpu/k.cl", "kernel", "", "", 1), null);
    }

    private static Object scalingOf(Class<?> scaling) {
        return switch (scaling.getSimpleName()) {
            case "None" -> RotaryScaling.NONE;
            case "Linear" -> new RotaryScaling.Linear(2);
            case "Llama3" -> new RotaryScaling.Llama3(8, 1, 4, 8192);
            default -> new RotaryScaling.Yarn(4, 4096, 32, 1, 1);
        };
    }

    private void layers() {
        Tensor x = (Tensor) good(Tensor.class);
        AttentionConfig config = (AttentionConfig) good(AttentionConfig.class);
        AttentionWeights weights = (AttentionWeights) good(AttentionWeights.class);
        MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
        MultiHeadAttention gone = engine.multiHeadAttention(config, weights);
        KvCache lost = gone.newCache(CacheOptions.contiguous(1, 4));
        lost.close();
        gone.close();
        KvCache cache = layer.newCache(CacheOptions.contiguous(1, 4));
        KvCache foreign = other.multiHeadAttention(config, weights).newCache(CacheOptions.contiguous(1, 4));
        put(AttentionEngine.class, engine);
        put(MultiHeadAttention.class, layer, gone);
        put(KvCache.class, cache, lost, foreign, layer.newCache(CacheOptions.paged(2, 2, 2)), null);
        put(AttentionMasks.class, AttentionMasks.NONE, AttentionMasks.NONE.withLengths(Integer.MAX_VALUE), null);
        put(
                AttentionInputs.class,
                AttentionInputs.of(x),
                AttentionInputs.of(x).withCache(cache),
                AttentionInputs.of(x).withCache(foreign),
                null);
        DotProductInputs products = DotProductInputs.merged(x, x, x, 2, 2);
        put(DotProductInputs.class, products, DotProductInputs.of(x, x, x), null);
        put(org.clattention.DotProductAttention.class, engine.dotProductAttention(AttentionOptions.DEFAULT));
        put(
                org.clattention.LatentAttention.class,
                engine.latentAttention(
                        (LatentConfig) good(LatentConfig.class), (LatentWeights) good(LatentWeights.class)));
        BlockConfig block = (BlockConfig) good(BlockConfig.class);
        put(org.clattention.TransformerBlock.class, engine.transformerBlock(block, (BlockWeights)
                good(BlockWeights.class)));
        TransformerStack stack =
                engine.transformerStack((StackConfig) good(StackConfig.class), (StackWeights) good(StackWeights.class));
        put(TransformerStack.class, stack);
        put(org.clattention.StackCache.class, stack.newCache(CacheOptions.contiguous(1, 4)), null);
        put(StackInputs.class, StackInputs.of(x), StackInputs.ragged(x, 0, 2), null);
        put(org.clattention.Operators.class, engine.operators());
        put(AttentionResult.class, layer.forward(AttentionInputs.of(x)), null);
        put(StackResult.class, stack.forward(StackInputs.of(x)), null);
        put(org.clattention.Operators.NormResult.class, new org.clattention.Operators.NormResult(x, null, null), null);
        put(org.clattention.config.DeviceInfo.class, engine.device(), null);
    }

    private Object good(Class<?> type) {
        Object value = pool(type).get(0);
        if (value == null) {
            throw new IllegalStateException("no good " + type);
        }
        return value;
    }

    @Override
    public void close() {
        engine.close();
        other.close();
    }
}
