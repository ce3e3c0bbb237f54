package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.config.HalfPrecision;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
    @Test
    void everyF16SurvivesTheWayThroughFloat() {
        for (int bits = 0; bits < 0x10000; bits++) {
            float value = HalfPrecision.f16ToFloat((short) bits);
            int back = HalfPrecision.floatToF16(value) & 0xffff;
            boolean nan = (bits & 0x7fff) > 0x7c00;
            if (nan != Float.isNaN(value) || (nan ? (back & 0x7fff) <= 0x7c00 : back != bits)) {
                throw new AssertionError(
                        Integer.toHexString(bits) + " -> " + value + " -> " + Integer.toHexString(back));
            }
        }
    }

    @Test
    void everyF16HasItsValue() {
        for (int bits = 0; bits < 0x7c00; bits++) {
            int exponent = bits >> 10;
            int fraction = bits & 0x3ff;
            double want = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25);
            if (HalfPrecision.f16ToFloat((short) bits) != want
                    || HalfPrecision.f16ToFloat((short) (bits | 0x8000)) != -want) {
                throw new AssertionError(Integer.toHexString(bits) + " is not " + want);
            }
        }
        assertThat(HalfPrecision.f16ToFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(HalfPrecision.f16ToFloat((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void everyBf16SurvivesTheWayThroughFloat() {
        for (int bits = 0; bits < 0x10000; bits++) {
            float value = HalfPrecision.bf16ToFloat((short) bits);
            int back = HalfPrecision.floatToBf16(value) & 0xffff;
            boolean nan = (bits & 0x7fff) > 0x7f80;
            if (nan != Float.isNaN(value)
                    || Float.floatToRawIntBits(value) != bits << 16
                    || (nan ? (back & 0x7fff) <= 0x7f80 : back != bits)) {
                throw new AssertionError(
                        Integer.toHexString(bits) + " -> " + value + " -> " + Integer.toHexString(back));
            }
        }
    }

    @Test
    void midpointsOfF16GoToEvenAndTheirNeighboursToTheNearer() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float midpoint =
                    (HalfPrecision.f16ToFloat((short) bits) + HalfPrecision.f16ToFloat((short) (bits + 1))) / 2;
            assertRounds(bits, midpoint, HalfPrecision::floatToF16);
        }
        // Beyond the largest finite value the next would be 65536: its midpoint and all above become infinite.
        assertThat(HalfPrecision.floatToF16(Math.nextDown(65520f))).isEqualTo((short) 0x7bff);
        assertThat(HalfPrecision.floatToF16(65520f)).isEqualTo((short) 0x7c00);
        assertThat(HalfPrecision.floatToF16(-Float.MAX_VALUE)).isEqualTo((short) 0xfc00);
    }

    @Test
    void midpointsOfBf16GoToEvenAndTheirNeighboursToTheNearer() {
        for (int bits = 0; bits < 0x7f80; bits++) {
            assertRounds(bits, Float.intBitsToFloat(bits << 16 | 0x8000), HalfPrecision::floatToBf16);
        }
    }

    @Test
    void nanWithAnyPayloadStaysNan() {
        for (int bits : new int[] {0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff, 0x7f80ffff}) {
            float nan = Float.intBitsToFloat(bits);
            assertThat(HalfPrecision.f16ToFloat(HalfPrecision.floatToF16(nan))).isNaN();
            assertThat(HalfPrecision.bf16ToFloat(HalfPrecision.floatToBf16(nan)))
                    .isNaN();
        }
    }

    private interface Rounding {
        short round(float value);
    }

    /** {@code midpoint} lies between the values of {@code bits} and {@code bits + 1}; checks both signs. */
    private static void assertRounds(int bits, float midpoint, Rounding rounding) {
        int even = bits + (bits & 1);
        for (int sign : new int[] {0, 0x8000}) {
            float factor = sign == 0 ? 1 : -1;
            int at = rounding.round(factor * midpoint) & 0xffff;
            int below = rounding.round(factor * Math.nextDown(midpoint)) & 0xffff;
            int above = rounding.round(factor * Math.nextUp(midpoint)) & 0xffff;
            if (at != (sign | even) || below != (sign | bits) || above != (sign | bits + 1)) {
                throw new AssertionError(String.format("%x: %x %x %x", sign | bits, below, at, above));
            }
        }
    }
}
