"""llama.cpp's own server (from the wheel `xllamacpp`) with a model of a few kilobytes that is written here:
`llama.py FOLDER` prints the server's address and serves until its standard input is closed.

The model is a llama of one layer whose attention and feed-forward give nothing, so that each token alone decides the next
one. Its chat template ends a prompt with one of two tokens, by whether tools have answered, and from each a chain of tokens
leads to the end: a message with words and three calls, or an answer. What parses the calls, streams and counts them is
llama.cpp's.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy
import xllamacpp

TEMPLATE = """{%- if tools %}<|tools|>
For each function call, return a json object within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
{%- endif %}
{%- for message in messages %}
{%- if message.role == "assistant" %}<|model|>{{ message.content or "" }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}
{%- elif message.role == "tool" %}<|result|><tool_response>
{{ message.content }}
</tool_response>
{%- else %}<|{{ message.role }}|>{{ message.content }}
{%- endif %}<|end|>
{%- endfor %}
{%- if add_generation_prompt %}<|model|>
{%- if messages[-1].role == "tool" %}<|answer|>{%- else %}<|ask|>{%- endif %}
{%- endif %}"""


def call(number):
    asked = json.dumps({"name": "echo__get", "arguments": {"id": f"llama-{number}"}})
    return f"\n<tool_call>\n{asked}\n</tool_call>"


# The tokens that follow one another. Each token stands in one place only, so a call is a token.
CHAINS = {
    "<|ask|>": ["I look", " it up.", *map(call, range(3))],
    "<|answer|>": ["Nothing", " is due."],
}
CONTROL = ["<|tools|>", "<|system|>", "<|user|>", "<|model|>", "<|result|>", "<|end|>"]


def write(path):
    kind = gguf.TokenType
    tokens = [("<unk>", kind.UNKNOWN), ("<s>", kind.CONTROL), ("</s>", kind.CONTROL)]
    tokens += [(f"<0x{byte:02X}>", kind.BYTE) for byte in range(256)]
    tokens += [(text, kind.CONTROL) for text in [*CONTROL, *CHAINS]]
    follows = {}
    for start, chain in CHAINS.items():
        here = next(place for place, (text, _) in enumerate(tokens) if text == start)
        for text in chain:
            tokens.append((text.replace(" ", "\u2581"), kind.NORMAL))
            follows[here] = here = len(tokens) - 1
        follows[here] = 2
    count = width = len(tokens)
    width += -width % 32
    ones = numpy.ones(width, numpy.float32)
    embedded = numpy.eye(count, width, dtype=numpy.float32)
    # Where no chain leads, the message ends.
    output = numpy.zeros((count, width), numpy.float32)
    for token in range(count):
        output[follows.get(token, 2), token] = 1.0

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(1 << 15)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(32)
    writer.add_head_count(1)
    writer.add_rope_dimension_count(width)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(count)
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_scores([0.0] * count)
    writer.add_token_types([int(kind) for _, kind in tokens])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    writer.add_tensor("token_embd.weight", embedded)
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", output)
    for name in ["attn_norm", "ffn_norm"]:
        writer.add_tensor(f"blk.0.{name}.weight", ones)
    for name in ["attn_q", "attn_k", "attn_v", "attn_output"]:
        writer.add_tensor(f"blk.0.{name}.weight", numpy.zeros((width, width), numpy.float32))
    for name, shape in [("gate", (32, width)), ("up", (32, width)), ("down", (width, 32))]:
        writer.add_tensor(f"blk.0.ffn_{name}.weight", numpy.zeros(shape, numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


path = Path(sys.argv[1]) / "tiny.gguf"
write(path)
params = xllamacpp.CommonParams()
params.model.path = str(path)
params.n_gpu_layers = 0
params.n_ctx = 1 << 15
params.n_parallel = 1
params.n_predict = 64
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.warmup = False
params.use_jinja = True
params.hostnames = ["127.0.0.1"]
params.port = 0
params.model_alias = {"tiny"}
params.sampling.temp = 0.0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
