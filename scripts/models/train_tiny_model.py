#!/usr/bin/python3
"""Trains the small Llama of test-data/kjv-tiny on one thread. An interrupted run goes on where its last checkpoint was.

Usage: train_tiny_model.py CHECKPOINT

With OpenBLAS (apt install libopenblas0-serial) it is many times as fast as with the reference BLAS. write_tiny_model.py
makes the model's folder from the checkpoint.
"""

import math
import os
import sys
import time

import torch
import torch.nn.functional as F

import llama
import tiny_text

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "attention_bias": False,
    "bos_token_id": 10,
    "eos_token_id": None,
    "head_dim": 24,
    "hidden_act": "silu",
    "hidden_size": 192,
    "initializer_range": 0.02,
    "intermediate_size": 512,
    "max_position_embeddings": 512,
    "mlp_bias": False,
    "num_attention_heads": 8,
    "num_hidden_layers": 4,
    "num_key_value_heads": 8,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "float16",
    "vocab_size": 256,
}
SEED, BATCH_TOKENS = 20, 2048
STEPS, PEAK, WARMUP = 2500, 2e-3, 100
LONG_STEPS, LONG_PEAK = 400, 1e-3
DECAY, CLIP = 0.1, 1.0


def initial():
    """Matrices with a standard deviation of 0.02, those that add to the residual stream with less, norms of 1."""
    generator = torch.Generator().manual_seed(SEED)
    residual = 1 / math.sqrt(2 * CONFIG["num_hidden_layers"])
    weights = {}
    for name, shape in llama.names(CONFIG).items():
        std = CONFIG["initializer_range"] * (residual if name.endswith(("o_proj.weight", "down_proj.weight")) else 1)
        weights[name] = std * torch.randn(shape, generator=generator) if len(shape) > 1 else torch.ones(shape)
    return {name: value.requires_grad_() for name, value in weights.items()}


def learning_rate(step):
    """Up to the peak in a line, down to 0 along a cosine; then down to 0 in a line from the second peak."""
    if step >= STEPS:
        return LONG_PEAK * (1 - (step - STEPS) / LONG_STEPS)
    return PEAK * min((step + 1) / WARMUP, 0.5 + 0.5 * math.cos(math.pi * step / STEPS))


def context(step):
    """Short at first, which is cheaper; a rotary model is at a loss behind the longest context it has seen."""
    if step >= STEPS:
        return 512
    return 128 if step < 0.6 * STEPS else 256


def batch(text, step):
    """[B, context + 1] at random places, which depend on the step alone."""
    length = context(step)
    generator = torch.Generator().manual_seed(SEED * 1_000_000 + step)
    begins = torch.randint(0, len(text) - length, (BATCH_TOKENS // length, 1), generator=generator)
    return text[begins + torch.arange(length + 1)]


def loss_of(weights, tokens):
    """Mean cross-entropy in nats per byte."""
    return F.cross_entropy(llama.logits(CONFIG, weights, tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())


def held_out_loss(weights, text):
    """Over windows of 256 bytes one after the other."""
    windows = text[: (len(text) - 1) // 256 * 256 + 1].unfold(0, 257, 256)
    with torch.no_grad():
        losses = [loss_of(weights, part) * len(part) for part in windows.split(8)]
    return float(sum(losses) / len(windows))


def optimizer_of(weights):
    matrices = [value for value in weights.values() if value.ndim > 1]
    norms = [value for value in weights.values() if value.ndim == 1]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": norms, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-9)


def save(path, step, weights, optimizer):
    state = {"step": step, "weights": weights, "optimizer": optimizer.state_dict()}
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path)


def train(path):
    text, held_out = tiny_text.read()
    weights, first = initial(), 0
    optimizer = optimizer_of(weights)
    if os.path.exists(path):
        state = torch.load(path)
        first = state["step"]
        for name, value in weights.items():
            value.data.copy_(state["weights"][name])
        optimizer.load_state_dict(state["optimizer"])
    start = time.time()
    for step in range(first, STEPS + LONG_STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        loss = loss_of(weights, batch(text, step))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), CLIP)
        optimizer.step()
        if (step + 1) % 100 == 0:
            save(path, step + 1, weights, optimizer)
            print(f"step {step + 1}: loss {float(loss):.3f}, {time.time() - start:.0f} s", flush=True)
        if (step + 1) % 500 == 0 or step + 1 == STEPS + LONG_STEPS:
            print(f"held out: {held_out_loss(weights, held_out):.4f} nats per byte", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    train(sys.argv[1])
