#!/usr/bin/python3
"""Writes the folder of the small trained model: weights in F16, answers in float64, a continuation. Prints the figures.

Usage: write_tiny_model.py CHECKPOINT [FOLDER]
"""

import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

import again
import files
import head_patterns
import llama
import tiny_text
import train_tiny_model as training

FOLDER = os.path.join(HERE, "..", "..", "test-data", "kjv-tiny")

# What is held out begins with chapter 1; these passages lie far behind.
PASSAGE, PASSAGE_LENGTH = b"Rev21:1 ", 512
PROMPT, PROMPT_LENGTH, NEW = b"Rev7:9 ", 200, 200


def bytes_from(text, mark, length):
    begin = bytes(text.tolist()).index(mark)
    return text[None, begin : begin + length]


def greedy(weights, prompt):
    """The prompt with NEW bytes more, each the likeliest, and by how much the closest second one lost."""
    tokens, closest = prompt, float("inf")
    for _ in range(NEW):
        best = llama.logits(training.CONFIG, weights, tokens)[0, -1].topk(2)
        closest = min(closest, float(best.values[0] - best.values[1]))
        tokens = torch.cat([tokens, best.indices[None, :1]], 1)
    return tokens, closest


def write(checkpoint, folder):
    state = torch.load(checkpoint)
    stored = {name: value.detach().numpy().astype(np.float16) for name, value in state["weights"].items()}
    exact = {name: value.astype(np.float64) for name, value in stored.items()}
    weights = {name: torch.from_numpy(value) for name, value in exact.items()}
    files.write_model(folder, training.CONFIG, stored)

    _, held_out = tiny_text.read()
    tokens, seen = bytes_from(held_out, PASSAGE, PASSAGE_LENGTH), []
    logits = llama.logits(training.CONFIG, weights, tokens, seen)
    worst = float(np.abs(again.llama_logits(training.CONFIG, exact, tokens.numpy()) - logits.numpy()).max())
    if not worst < 1e-9:
        sys.exit(f"implementations disagree by {worst:.3g}")
    losses = F.cross_entropy(logits[0, :-1], tokens[0, 1:], reduction="none")
    source = f"PyTorch {torch.__version__} in float64 from the weights in F16, checked with NumPy {np.__version__}"
    expected = {"tokens": tokens.numpy(), "logits": logits.numpy().astype(np.float32)}
    more = {"name": "kjv-tiny", "seed": str(training.SEED), "torch": torch.__version__}
    files.write_expected(folder, expected, source, loss=f"{float(losses.mean()):.9f}", **more)

    prompt = bytes_from(held_out, PROMPT, PROMPT_LENGTH)
    text, closest = greedy(weights, prompt)
    written = bytes(text[0, PROMPT_LENGTH:].tolist()).decode("ascii")
    files.write_json(
        os.path.join(folder, "greedy.json"),
        {"prompt": bytes(prompt[0].tolist()).decode("ascii"), "continuation": written},
    )
    single = {name: value.float() for name, value in weights.items()}
    print(f"steps {state['step']}, held out {training.held_out_loss(single, held_out):.4f} nats per byte")
    halves = [float(half.mean()) for half in losses.split(256)]
    print(f"passage {float(losses.mean()):.6f}, its halves {halves[0]:.4f} and {halves[1]:.4f}")
    print(f"closest second {closest:.4f} below the first\n{written}\n")
    print("\n".join(head_patterns.table(tokens[0], [layer[0] for layer in seen])))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    torch.set_num_threads(1)
    with torch.no_grad():
        write(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else FOLDER)
