"""BERT: the hidden states, and the logits of the head for masked words. Names are those of Hugging Face's files."""

import torch
import torch.nn.functional as F

import parts

PREFIX = "bert."
EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings")


def linear_names(name, rows, columns):
    return {name + ".weight": (rows, columns), name + ".bias": (rows,)}


def norm_names(name, width):
    return {name + ".weight": (width,), name + ".bias": (width,)}


def names(config):
    """Name and shape of every tensor, those of the pooler and the head among them."""
    width, hidden, out = config["hidden_size"], config["intermediate_size"], {}
    rows = (config["vocab_size"], config["max_position_embeddings"], config["type_vocab_size"])
    for name, count in zip(EMBEDDINGS, rows):
        out[f"{PREFIX}embeddings.{name}.weight"] = (count, width)
    out.update(norm_names(PREFIX + "embeddings.LayerNorm", width))
    for layer in range(config["num_hidden_layers"]):
        prefix = f"{PREFIX}encoder.layer.{layer}."
        for name in ("query", "key", "value"):
            out.update(linear_names(f"{prefix}attention.self.{name}", width, width))
        out.update(linear_names(prefix + "attention.output.dense", width, width))
        out.update(norm_names(prefix + "attention.output.LayerNorm", width))
        out.update(linear_names(prefix + "intermediate.dense", hidden, width))
        out.update(linear_names(prefix + "output.dense", width, hidden))
        out.update(norm_names(prefix + "output.LayerNorm", width))
    out.update(linear_names(PREFIX + "pooler.dense", width, width))
    out.update(linear_names("cls.predictions.transform.dense", width, width))
    out.update(norm_names("cls.predictions.transform.LayerNorm", width))
    out["cls.predictions.bias"] = (config["vocab_size"],)
    return out


def norm(x, w, name, config):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], config["layer_norm_eps"])


def hidden(config, w, tokens, token_types, lengths):
    """last_hidden_state [B,S,D]; rows behind a sequence's end mean nothing."""
    length, prefix = tokens.shape[1], PREFIX + "embeddings."
    x = F.embedding(tokens, w[prefix + "word_embeddings.weight"]) + w[prefix + "position_embeddings.weight"][:length]
    x = norm(x + F.embedding(token_types, w[prefix + "token_type_embeddings.weight"]), w, prefix + "LayerNorm", config)
    padding = torch.arange(length) >= lengths[:, None, None, None]
    bias = torch.zeros(padding.shape, dtype=x.dtype).masked_fill_(padding, -torch.inf)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"{PREFIX}encoder.layer.{layer}."
        q, k, v = (
            parts.split(parts.linear(x, w, f"{prefix}attention.self.{name}"), config["num_attention_heads"])
            for name in ("query", "key", "value")
        )
        y = parts.linear(parts.attend(q, k, v, q.shape[-1] ** -0.5, bias), w, prefix + "attention.output.dense")
        x = norm(x + y, w, prefix + "attention.output.LayerNorm", config)
        y = F.gelu(parts.linear(x, w, prefix + "intermediate.dense"))
        x = norm(x + parts.linear(y, w, prefix + "output.dense"), w, prefix + "output.LayerNorm", config)
    return x


def head(config, w, x):
    """Hidden states to logits [B,S,V]; the last matrix is that of the word embeddings."""
    x = F.gelu(parts.linear(x, w, "cls.predictions.transform.dense"))
    x = norm(x, w, "cls.predictions.transform.LayerNorm", config)
    return F.linear(x, w[PREFIX + "embeddings.word_embeddings.weight"], w["cls.predictions.bias"])
