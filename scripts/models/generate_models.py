#!/usr/bin/python3
"""Makes the small random models of test-data/models with PyTorch and NumPy; running it twice gives the same bytes.

Usage: generate_models.py [FOLDER]

No answer is stored that two implementations do not agree on: see test-data/README.md.
"""

import os
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

import again
import bert
import configs
import deepseek
import files
import gemma
import golden_case
import gpt2
import llama

FOLDER = os.path.join(HERE, "..", "..", "test-data", "models")
STORED = {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}
BATCH, LENGTH = 2, 24


def random_weights(rng, names, norms_around):
    """In float64. Matrices keep the variance of what they are applied to; no norm is 1 and no bias is 0."""
    out = {}
    for name, shape in names.items():
        if len(shape) == 1:
            norm = name.endswith(".weight")
            out[name] = (norms_around if norm else 0) + 0.3 * rng.standard_normal(shape)
        elif "embed" in name or ".wte" in name or ".wpe" in name:
            out[name] = 0.7 * rng.standard_normal(shape)
        else:
            columns = shape[0] if ".h." in name else shape[1]  # GPT-2's matrices are [in, out]
            out[name] = rng.standard_normal(shape) / np.sqrt(columns)
    return out


def in_torch(weights):
    return {name: torch.from_numpy(value) for name, value in weights.items()}


def agree(name, first, second):
    worst = float(np.max(np.abs(first - second)))
    if not worst < 1e-9:
        sys.exit(f"{name}: implementations disagree by {worst:.3g}")


def source():
    return f"PyTorch {torch.__version__} in float64, checked with NumPy {np.__version__}"


def save(name, config, stored, expected, seed, shards=1):
    folder = os.path.join(FOLDER, name)
    files.write_model(folder, config, stored, shards)
    files.write_expected(folder, expected, source(), name=name, seed=str(seed), torch=torch.__version__)
    size = sum(os.path.getsize(os.path.join(folder, file)) for file in os.listdir(folder))
    spread = float(np.std(expected.get("logits", expected.get("hidden"))))
    print(f"{size:8d}  {name}  outputs around {spread:.2f}")


def rounded_and_exact(rng, module, config, dtype, norms_around=1):
    """Weights as they are stored, and what the stored numbers are in float64."""
    weights = random_weights(rng, module.names(config), norms_around)
    stored = {name: golden_case.rounded(value, STORED[dtype]) for name, value in weights.items()}
    return stored, {name: golden_case.as_double(value) for name, value in stored.items()}


def check_steps(name, forward, tokens, want):
    """A causal model does not look ahead: the beginning of a sequence alone gives the same."""
    half = tokens.shape[1] // 2
    agree(name + " from the beginning", forward(tokens[:, :half]), want[:, :half])


def causal(name, seed, module, second, config, norms_around=1, shards=1, variants=()):
    """variants: pairs of a name and a function of the stored tensors, for the same model in other words."""
    rng = np.random.default_rng(seed)
    stored, exact = rounded_and_exact(rng, module, config, config.get("torch_dtype", "float32"), norms_around)
    tokens, weights = rng.integers(0, config["vocab_size"], (BATCH, LENGTH)), in_torch(exact)

    def forward(ids):
        return module.logits(config, weights, torch.from_numpy(ids)).numpy()

    logits = forward(tokens)
    agree(name, logits, second(config, exact, tokens))
    check_steps(name, forward, tokens, logits)
    expected = {"tokens": tokens, "logits": logits.astype(np.float32)}
    save(name, config, stored, expected, seed, shards)
    for variant, spell in variants:
        save(variant, config, spell(stored), expected, seed)


def original_gpt2(stored):
    """Without the prefix, and with the causal masks that the first published file holds."""
    positions = configs.GPT2["n_positions"]
    out = {name.replace(gpt2.PREFIX, ""): value for name, value in stored.items()}
    for layer in range(configs.GPT2["n_layer"]):
        out[f"h.{layer}.attn.bias"] = np.tril(np.ones((1, 1, positions, positions), np.float32))
    return out


def original_bert(stored):
    """Norms have gamma and beta, and the second head of the pretraining is there, as in bert-base-uncased."""
    spelling = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    out = {}
    for name, value in stored.items():
        head, _, tail = name.rpartition("LayerNorm.")
        out[head + spelling["LayerNorm." + tail] if "LayerNorm." in name else name] = value
    out["cls.seq_relationship.weight"] = np.full((2, configs.BERT["hidden_size"]), 0.25, np.float32)
    out["cls.seq_relationship.bias"] = np.zeros(2, np.float32)
    return out


def headless_bert(stored):
    out = {name[len(bert.PREFIX) :]: value for name, value in stored.items() if name.startswith(bert.PREFIX)}
    out["embeddings.position_ids"] = np.arange(configs.BERT["max_position_embeddings"])[None]
    return out


def masked(seed):
    """BERT with the head for masked words under two spellings, and without a head; zeros where there is padding."""
    rng, config = np.random.default_rng(seed), configs.BERT
    stored, exact = rounded_and_exact(rng, bert, config, "float32")
    tokens, lengths = rng.integers(1, config["vocab_size"], (BATCH, LENGTH)), np.array([LENGTH, LENGTH - 9])
    types = (np.arange(LENGTH) >= np.array([[10], [6]])).astype(np.int64)
    real = np.arange(LENGTH) < lengths[:, None]
    tokens, types = np.where(real, tokens, config["pad_token_id"]), np.where(real, types, 0)
    weights = in_torch(exact)
    hidden = bert.hidden(config, weights, *(torch.from_numpy(part) for part in (tokens, types, lengths)))
    logits = bert.head(config, weights, hidden).numpy()
    hidden_again = again.bert_hidden(config, exact, tokens, types, lengths)
    agree("bert_model", hidden.numpy(), hidden_again)
    agree("bert", logits, again.bert_head(config, exact, hidden_again))
    given = {"tokens": tokens, "token_type_ids": types, "lengths": lengths}

    def answer(key, value):
        return {**given, key: np.where(real[..., None], value, 0).astype(np.float32)}

    save("bert", config, stored, answer("logits", logits), seed)
    save("bert_original", config, original_bert(stored), answer("logits", logits), seed)
    headless = {**config, "architectures": ["BertModel"]}
    save("bert_model", headless, headless_bert(stored), answer("hidden", hidden.numpy()), seed)


def make():
    causal("llama", 901, llama, again.llama_logits, configs.LLAMA)
    causal("llama3", 902, llama, again.llama_logits, configs.LLAMA3)
    causal("llama_sharded", 903, llama, again.llama_logits, configs.LLAMA, shards=2)
    causal("mistral", 904, llama, again.llama_logits, configs.MISTRAL)
    causal("qwen2", 905, llama, again.llama_logits, configs.QWEN2)
    causal("qwen3", 906, llama, again.llama_logits, configs.QWEN3)
    causal("gemma2", 907, gemma, again.gemma_logits, configs.GEMMA2, norms_around=0)
    causal("gemma3_text", 908, gemma, again.gemma_logits, configs.GEMMA3, norms_around=0)
    bare = (("gpt2_bare", original_gpt2),)
    causal("gpt2", 909, gpt2, again.gpt2_logits, configs.GPT2, variants=bare)
    masked(910)
    causal("deepseek_v2", 911, deepseek, again.deepseek_logits, configs.DEEPSEEK)
    causal("deepseek_v2_lora", 912, deepseek, again.deepseek_logits, configs.DEEPSEEK_LORA)


if __name__ == "__main__":
    FOLDER = sys.argv[1] if len(sys.argv) > 1 else FOLDER
    torch.set_num_threads(1)
    make()
