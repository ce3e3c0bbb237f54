package org.clattention.internal.backend;

/**
 * Four dimensions (batch, head, row, component) laid over an array; components are adjacent. Element (b, h, s, c) lies at
 * {@code offset + b·batchStride + h·headStride + s·rowStride + c}, counted in elements.
 */
public record HeadView(DeviceArray array, int offset, int batchStride, int headStride, int rowStride) {

    /** The layout [batch, heads, rows, size]. */
    public static HeadView headMajor(DeviceArray array, int heads, int rows, int size) {
        int head = Math.multiplyExact(rows, size);
        return new HeadView(array, 0, Math.multiplyExact(heads, head), head, size);
    }

    /** The layout [batch, rows, heads · size]. */
    public static HeadView merged(DeviceArray array, int heads, int rows, int size) {
        int row = Math.multiplyExact(heads, size);
        return new HeadView(array, 0, Math.multiplyExact(rows, row), size, row);
    }

    /** The same view, starting some rows further on. */
    public HeadView fromRow(int row) {
        return new HeadView(
                array, Math.addExact(offset, Math.multiplyExact(row, rowStride)), batchStride, headStride, rowStride);
    }
}
