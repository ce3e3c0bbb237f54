package org.clattention.testing;

import org.clattention.config.DataType;
import org.clattention.config.HalfPrecision;
import org.clattention.config.HostTensor;

/**
 * How a case's numbers are stored. The values of a case have been rounded to these types already.
 *
 * @param query of queries, or of a layer's input; the output has it, too
 * @param key of keys and values; in a layer the type of its cache
 * @param bias of additive masks
 */
public record StorageTypes(DataType query, DataType key, DataType bias) {
    /** All F32. */
    public static final StorageTypes FLOATS = new StorageTypes(DataType.F32, DataType.F32, DataType.F32);

    /** Every combination would be a kernel to compile: these have each type in each place. */
    private static final StorageTypes[] MIXED = {
        new StorageTypes(DataType.F16, DataType.F16, DataType.F16),
        new StorageTypes(DataType.BF16, DataType.BF16, DataType.BF16),
        new StorageTypes(DataType.F32, DataType.F16, DataType.BF16),
        new StorageTypes(DataType.BF16, DataType.F32, DataType.F16)
    };

    static StorageTypes draw(CaseRandom random) {
        return random.chance(0.6) ? FLOATS : MIXED[random.upTo(MIXED.length - 1)];
    }

    static DataType any(CaseRandom random) {
        return switch (random.upTo(2)) {
            case 0 -> DataType.F32;
            case 1 -> DataType.F16;
            default -> DataType.BF16;
        };
    }

    /** Rounds values in place. */
    public static float[] round(float[] values, DataType type) {
        if (type.isQuantized()) {
            // Rows of whole blocks, so that they may lie side by side.
            System.arraycopy(HostTensor.of(values, values.length).to(type).toFloats(), 0, values, 0, values.length);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = round(values[i], type);
        }
        return values;
    }

    private static float round(float value, DataType type) {
        return switch (type) {
            case F16 -> HalfPrecision.f16ToFloat(HalfPrecision.floatToF16(value));
            case BF16 -> HalfPrecision.bf16ToFloat(HalfPrecision.floatToBf16(value));
            default -> value;
        };
    }

    /** The largest error of rounding to a type, relative to the value or, in blocks, to the largest of the block. */
    public static double roundoff(DataType type) {
        return switch (type) {
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            case Q8_0 -> 0.5 / 127;
            default -> 0x1p-24;
        };
    }
}
