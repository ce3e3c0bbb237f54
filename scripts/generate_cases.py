#!/usr/bin/python3
"""Makes the golden cases of test-data/ with PyTorch and NumPy; running it twice gives the same bytes.

Usage: generate_cases.py [FOLDER]

No answer is stored that two implementations do not agree on: see test-data/README.md.
"""

import os
import sys

import torch

import case_maker
import cases_attention
import cases_blocks
import cases_cache
import cases_latent
import cases_layer
import cases_mha
import cases_operators
import cases_storage

if __name__ == "__main__":
    case_maker.FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "test-data")
    torch.set_num_threads(1)
    os.makedirs(case_maker.FOLDER, exist_ok=True)
    for group in (
        cases_mha,
        cases_cache,
        cases_attention,
        cases_layer,
        cases_latent,
        cases_blocks,
        cases_operators,
        cases_storage,
    ):
        group.make()
