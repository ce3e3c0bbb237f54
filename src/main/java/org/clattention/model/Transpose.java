package org.clattention.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.clattention.config.HostTensor;

/** Transposes matrices of floating-point numbers, bit for bit, in tiles that stay in the processor's cache. */
final class Transpose {
    private static final int TILE = 32;

    private Transpose() {}

    /** A copy [columns, rows] of a matrix [rows, columns]. */
    static HostTensor of(HostTensor matrix) {
        int rows = (int) matrix.dim(0);
        int columns = (int) matrix.dim(1);
        int bytes = matrix.type().bytes();
        ByteBuffer in = matrix.data();
        ByteBuffer out = ByteBuffer.allocate(in.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row += TILE) {
            for (int column = 0; column < columns; column += TILE) {
                tile(in, out, bytes, rows, columns, row, column);
            }
        }
        return HostTensor.wrap(matrix.type(), out, columns, rows);
    }

    private static void tile(ByteBuffer in, ByteBuffer out, int bytes, int rows, int columns, int row, int column) {
        int lastRow = Math.min(rows, row + TILE);
        int lastColumn = Math.min(columns, column + TILE);
        for (int i = row; i < lastRow; i++) {
            for (int j = column; j < lastColumn; j++) {
                int from = bytes * (i * columns + j);
                int to = bytes * (j * rows + i);
                switch (bytes) {
                    case 2 -> out.putShort(to, in.getShort(from));
                    case 4 -> out.putInt(to, in.getInt(from));
                    default -> out.putLong(to, in.getLong(from));
                }
            }
        }
    }
}
