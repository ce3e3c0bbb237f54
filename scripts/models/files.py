"""Folders in the form of Hugging Face: config.json, and tensors as safetensors files without holes."""

import json
import os
import struct

import numpy as np

import golden_case


def dtype_of(tensor):
    return golden_case.DTYPES[tensor.dtype]


def write_safetensors(path, tensors, metadata):
    """Tensors lie in the order of the header: wide types first, so that each is aligned, then by name."""
    header, parts, end = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        parts.append(np.ascontiguousarray(tensor).tobytes())
        offsets = [end, end + len(parts[-1])]
        header[name] = {"dtype": dtype_of(tensor), "shape": list(tensor.shape), "data_offsets": offsets}
        end = offsets[1]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


def write_model(folder, config, tensors, shards=1):
    os.makedirs(folder, exist_ok=True)
    write_json(os.path.join(folder, "config.json"), config)
    if shards == 1:
        write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt"})
        return
    names = list(tensors)
    files, where = np.array_split(np.arange(len(names)), shards), {}
    for number, members in enumerate(files, 1):
        file = f"model-{number:05d}-of-{shards:05d}.safetensors"
        part = {names[i]: tensors[names[i]] for i in members}
        write_safetensors(os.path.join(folder, file), part, {"format": "pt"})
        where.update({name: file for name in part})
    size = sum(tensor.nbytes for tensor in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(where.items()))}
    write_json(os.path.join(folder, "model.safetensors.index.json"), index)


def write_expected(folder, tensors, source, **more):
    metadata = {"format": "clattention-model-case/1", "source": source, **more}
    write_safetensors(os.path.join(folder, "expected.safetensors"), tensors, metadata)
