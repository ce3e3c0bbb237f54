"""How much of its attention a head pays to certain bytes."""

import torch

# "after the same three" is induction: the byte that followed when the last three bytes were the same as now.
TITLES = ("itself", "previous", "2 to 4 back", "first", "same before", "after the same three", "newline", "space")


def keys_of(tokens):
    """[patterns, S, S], true where a key fits the pattern for a query; tokens [S]."""
    length = len(tokens)
    age = torch.arange(length)[:, None] - torch.arange(length)
    same = tokens[:, None] == tokens
    three = torch.zeros_like(same)
    three[2:, 3:] = same[2:, 2:-1] & same[1:-1, 1:-2] & same[:-2, :-3]
    rows = (torch.arange(length) == 0, tokens == 10, tokens == 32)
    first, newline, space = (row.expand(length, length) for row in rows)
    back = (age >= 2) & (age <= 4)
    earlier = torch.stack([age == 1, back, first, same, three, newline, space]) & (age > 0)
    return torch.cat([(age == 0)[None], earlier])


def measure(tokens, weights):
    """[H, patterns]: mean weight over the queries that have such a key; weights [H,S,S]."""
    keys = keys_of(tokens).to(weights.dtype)
    return (weights[:, None] * keys).sum(-1).sum(-1) / keys.amax(-1).sum(-1)


def table(tokens, layers):
    """Lines of a table in Markdown; layers: weights [H,S,S] of each."""
    out = ["| layer | head | " + " | ".join(TITLES) + " |", "|--:|--:|" + "--:|" * len(TITLES)]
    evenly = torch.ones_like(layers[0][:1]).tril()
    evenly = measure(tokens, evenly / evenly.sum(-1, keepdim=True))[0].tolist()
    out.append("| evenly | | " + " | ".join(f"{share:.2f}" for share in evenly) + " |")
    for layer, weights in enumerate(layers):
        for head, shares in enumerate(measure(tokens, weights).tolist()):
            marked = (f"**{share:.2f}**" if share >= 0.3 else f"{share:.2f}" for share in shares)
            out.append(f"| {layer} | {head} | " + " | ".join(marked) + " |")
    return out
