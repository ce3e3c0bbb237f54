package org.clattention.backend.opencl;

import java.util.List;

/**
 * The fields of a kernel's struct, in order, structs inside it taken apart.
 *
 * @param name the struct's name
 * @param fields all of 4 bytes, so that no device pads them
 */
record StructLayout(String name, List<Field> fields) {
    /**
     * A number in a struct.
     *
     * @param owner the field of the struct that holds it, such as {@code q} or {@code target[0].view}; empty for the struct itself
     * @param name its name, such as {@code offset}
     * @param real float, else int
     */
    record Field(String owner, String name, boolean real) {
        /** The same field, inside of a field of another struct. */
        Field in(String outer) {
            return new Field((owner.isEmpty() ? outer : outer + "." + owner).intern(), name, real);
        }

        @Override
        public String toString() {
            return (real ? "float " : "int ") + (owner.isEmpty() ? name : owner + "." + name);
        }
    }
}
