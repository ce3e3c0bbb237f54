"""The configurations of the small random models, with the keys of Hugging Face's config.json."""

DECODER = {
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 56,
    "max_position_embeddings": 128,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "use_cache": True,
    "vocab_size": 112,
}


def decoder(architecture, model_type, torch_dtype="float32", without=(), **changes):
    named = {"architectures": [architecture], "model_type": model_type, "torch_dtype": torch_dtype}
    return {key: value for key, value in {**named, **DECODER, **changes}.items() if key not in without}


LLAMA = decoder("LlamaForCausalLM", "llama", mlp_bias=False, pretraining_tp=1)

LLAMA3 = {
    **LLAMA,
    "head_dim": 8,
    "rms_norm_eps": 1e-6,
    "rope_theta": 500000.0,
    "rope_scaling": {
        "factor": 8.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 16,
        "rope_type": "llama3",
    },
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
}

MISTRAL = decoder("MistralForCausalLM", "mistral", "float16", ("attention_bias",), head_dim=8, sliding_window=7)

# The window is off, and matters if it is not: the published files hold one like that.
QWEN2 = decoder(
    "Qwen2ForCausalLM",
    "qwen2",
    without=("attention_bias", "rope_scaling"),
    max_window_layers=1,
    rms_norm_eps=1e-6,
    rope_theta=1000000.0,
    sliding_window=6,
    tie_word_embeddings=True,
    use_sliding_window=False,
)

QWEN3 = decoder(
    "Qwen3ForCausalLM",
    "qwen3",
    "bfloat16",
    head_dim=12,
    max_window_layers=2,
    rms_norm_eps=1e-6,
    rope_theta=1000000.0,
    sliding_window=None,
    use_sliding_window=False,
)

# As in the published files, nothing says that the embeddings are tied.
GEMMA = {
    "bos_token_id": 2,
    "eos_token_id": 1,
    "head_dim": 12,
    "hidden_activation": "gelu_pytorch_tanh",
    "pad_token_id": 0,
    "query_pre_attn_scalar": 10,
    "rms_norm_eps": 1e-6,
}

GEMMA2 = decoder(
    "Gemma2ForCausalLM",
    "gemma2",
    without=("tie_word_embeddings", "rope_scaling"),
    **GEMMA,
    attn_logit_softcapping=3.0,
    cache_implementation="hybrid",
    final_logit_softcapping=9.0,
    num_hidden_layers=3,
    sliding_window=6,
)
GEMMA2["hidden_act"] = "gelu_pytorch_tanh"

GEMMA3 = decoder(
    "Gemma3ForCausalLM",
    "gemma3_text",
    "bfloat16",
    ("hidden_act", "tie_word_embeddings"),
    **GEMMA,
    attn_logit_softcapping=None,
    cache_implementation="hybrid",
    final_logit_softcapping=None,
    hidden_size=36,
    num_hidden_layers=4,
    num_key_value_heads=1,
    rope_local_base_freq=10000.0,
    rope_scaling={"factor": 8.0, "rope_type": "linear"},
    rope_theta=1000000.0,
    sliding_window=5,
    sliding_window_pattern=3,
)

GPT2 = {
    "activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1,
    "bos_token_id": 111,
    "embd_pdrop": 0.1,
    "eos_token_id": 111,
    "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-5,
    "model_type": "gpt2",
    "n_ctx": 32,
    "n_embd": 32,
    "n_head": 4,
    "n_layer": 2,
    "n_positions": 32,
    "resid_pdrop": 0.1,
    "vocab_size": 112,
}

BERT = {
    "architectures": ["BertForMaskedLM"],
    "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 32,
    "initializer_range": 0.02,
    "intermediate_size": 56,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 40,
    "model_type": "bert",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "pad_token_id": 0,
    "position_embedding_type": "absolute",
    "type_vocab_size": 2,
    "vocab_size": 112,
}

DEEPSEEK = decoder(
    "DeepseekV2ForCausalLM",
    "deepseek_v2",
    first_k_dense_replace=0,
    kv_lora_rank=12,
    moe_intermediate_size=16,
    moe_layer_freq=1,
    n_routed_experts=None,
    n_shared_experts=None,
    num_experts_per_tok=None,
    num_key_value_heads=4,
    q_lora_rank=None,
    qk_nope_head_dim=10,
    qk_rope_head_dim=8,
    rms_norm_eps=1e-6,
    v_head_dim=6,
)

DEEPSEEK_LORA = {
    **DEEPSEEK,
    "first_k_dense_replace": 2,
    "n_routed_experts": 4,
    "n_shared_experts": 1,
    "num_experts_per_tok": 2,
    "q_lora_rank": 14,
    "rope_theta": 100.0,
    "rope_scaling": {
        "beta_fast": 3,
        "beta_slow": 1,
        "factor": 4,
        "mscale": 1.0,
        "mscale_all_dim": 0.707,
        "original_max_position_embeddings": 64,
        "type": "yarn",
    },
    "torch_dtype": "bfloat16",
}
