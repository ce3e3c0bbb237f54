package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jspecify.annotations.Nullable;

/**
 * A kernel object and the arguments that it holds. For one thread at a time: arguments belong to the object.
 * An argument equal to the one already set is not set again.
 */
public final class Kernel extends Handle {
    private final cl_kernel id;
    private final @Nullable Object[] held;
    private final Arguments arguments = new Arguments();
    private @Nullable NdRange range;

    private Kernel(Context context, cl_kernel id, String name) {
        super("kernel", name, context);
        this.id = id;
        this.held = new Object[arguments(id)];
    }

    static Kernel create(Program program, String name) {
        try {
            Cl.before("clCreateKernel");
            int[] status = new int[1];
            cl_kernel id = CL.clCreateKernel(program.id(), name, status);
            Cl.check("clCreateKernel", status[0]);
            return own("clCreateKernel", id, made -> new Kernel(program.context(), made, name), CL::clReleaseKernel);
        } catch (OpenClException e) {
            throw e.with("  kernel  " + name + " of " + program.name());
        }
    }

    private static int arguments(cl_kernel id) {
        int[] count = new int[1];
        Cl.check(
                "clGetKernelInfo",
                CL.clGetKernelInfo(id, CL.CL_KERNEL_NUM_ARGS, Sizeof.cl_uint, Pointer.to(count), null));
        return count[0];
    }

    /** Starts setting the arguments, from the first one on. */
    public Arguments arguments() {
        requireOpen();
        arguments.next = 0;
        return arguments;
    }

    /** A range of groups of one work-item each, as many as given in two dimensions; the last one again if it is the same. */
    public NdRange singles(long columns, long rows) {
        NdRange last = range;
        if (last == null || !last.isSingles(columns, rows)) {
            last = NdRange.singles(columns, rows);
            range = last;
        }
        return last;
    }

    cl_kernel id() {
        return id;
    }

    void requireReady() {
        requireOpen();
        for (int i = 0; i < held.length; i++) {
            if (held[i] == null) {
                throw new IllegalStateException(this + ": argument " + i + " of " + held.length + " was never set");
            }
            if (held[i] instanceof Buffer buffer) {
                buffer.requireOpen();
            }
        }
    }

    @Override
    void release() {
        CL.clReleaseKernel(id);
    }

    /** Sets arguments in the order of the kernel's parameters and checks their number. */
    public final class Arguments {
        private int next;

        private Arguments() {}

        /** A buffer. */
        public Arguments buffer(Buffer buffer) {
            if (claim() != buffer) {
                set(Sizeof.cl_mem, Pointer.to(buffer.id()), buffer);
            }
            next++;
            return this;
        }

        /** A 32-bit integer. */
        public Arguments integer(int value) {
            if (!(claim() instanceof Integer old && old == value)) {
                set(Sizeof.cl_int, Pointer.to(new int[] {value}), value);
            }
            next++;
            return this;
        }

        /** A 32-bit float. */
        public Arguments real(float value) {
            if (!(claim() instanceof Float old && Float.floatToRawIntBits(old) == Float.floatToRawIntBits(value))) {
                set(Sizeof.cl_float, Pointer.to(new float[] {value}), value);
            }
            next++;
            return this;
        }

        /** A structure, passed by value: the remaining bytes, which are copied. */
        public Arguments struct(ByteBuffer value) {
            Object old = claim();
            if (!(old instanceof Struct struct && struct.bytes.equals(value))) {
                boolean fits = old instanceof Struct struct && struct.bytes.capacity() == value.remaining();
                Struct keep = fits ? (Struct) old : new Struct(value.remaining());
                keep.bytes.put(0, value, value.position(), value.remaining());
                set(value.remaining(), keep.pointer, keep);
            }
            next++;
            return this;
        }

        /** Checks that every parameter has its argument. */
        public Kernel done() {
            if (next != held.length) {
                throw new IllegalStateException(
                        Kernel.this + ": takes " + held.length + " arguments, was given " + next);
            }
            return Kernel.this;
        }

        private @Nullable Object claim() {
            if (next >= held.length) {
                throw new IllegalStateException(Kernel.this + ": takes " + held.length + " arguments, was given more");
            }
            return held[next];
        }

        private void set(long size, Pointer value, Object keep) {
            // Forget the old value first: after a failed call it is not known what the kernel holds.
            held[next] = null;
            try {
                Cl.before("clSetKernelArg");
                Cl.check("clSetKernelArg", CL.clSetKernelArg(id, next, size, value));
            } catch (OpenClException e) {
                throw e.with("  kernel  " + name() + ", argument " + next + " of " + size + " bytes");
            }
            held[next] = keep;
        }
    }

    /** A structure's bytes, where OpenCL can read them without a copy. */
    private static final class Struct {
        private final ByteBuffer bytes;
        private final Pointer pointer;

        private Struct(int size) {
            bytes = ByteBuffer.allocateDirect(size);
            pointer = Pointer.to(bytes);
        }
    }
}
