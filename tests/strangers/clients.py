"""The providers' own libraries as clients of the rehearsal's model: `clients.py PROTOCOL ADDRESS KEY stream|whole`.

Prints what the library read, as one line of JSON: the text, the calls, why the message ended, and the tokens. It reads with
the library alone: where the rehearsal writes a shape that the library does not know, this fails.
"""

import json
import os
import sys

QUESTION = "Do it"
TOOL = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
}
NAME = "echo__get"
MODEL = "rehearsal-1"


def openai_chat(address, key, streams):
    from openai import OpenAI

    client = OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)
    asked = {
        "model": MODEL,
        "messages": [{"role": "user", "content": QUESTION}],
        "tools": [{"type": "function", "function": {"name": NAME, "parameters": TOOL}}],
    }
    if streams:
        with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
            for _ in stream:
                pass
            answer = stream.get_final_completion()
    else:
        answer = client.chat.completions.create(**asked)
    [choice] = answer.choices
    calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls]
    return choice.message.content, calls, choice.finish_reason, answer.usage.prompt_tokens, answer.usage.completion_tokens


def openai_responses(address, key, streams):
    from openai import OpenAI

    client = OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)
    asked = {
        "model": MODEL,
        "input": QUESTION,
        "tools": [{"type": "function", "name": NAME, "parameters": TOOL, "strict": False}],
    }
    if streams:
        with client.responses.stream(**asked) as stream:
            for _ in stream:
                pass
            answer = stream.get_final_response()
    else:
        answer = client.responses.create(**asked)
    called = [item for item in answer.output if item.type == "function_call"]
    calls = [(call.call_id, call.name, json.loads(call.arguments)) for call in called]
    return answer.output_text, calls, answer.status, answer.usage.input_tokens, answer.usage.output_tokens


def anthropic(address, key, streams):
    from anthropic import Anthropic

    client = Anthropic(base_url=address, api_key=key, max_retries=0)
    asked = {
        "model": MODEL,
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": QUESTION}],
        "tools": [{"name": NAME, "input_schema": TOOL}],
    }
    if streams:
        with client.messages.stream(**asked) as stream:
            answer = stream.get_final_message()
    else:
        answer = client.messages.create(**asked)
    text = "".join(block.text for block in answer.content if block.type == "text")
    calls = [(block.id, block.name, block.input) for block in answer.content if block.type == "tool_use"]
    return text, calls, answer.stop_reason, answer.usage.input_tokens, answer.usage.output_tokens


def gemini(address, key, streams):
    from google import genai
    from google.genai import types

    client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=address, api_version="v1beta"))
    declared = types.FunctionDeclaration(name=NAME, parameters_json_schema=TOOL)
    asked = {
        "model": MODEL,
        "contents": QUESTION,
        "config": types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])]),
    }
    models = client.models
    answers = list(models.generate_content_stream(**asked)) if streams else [models.generate_content(**asked)]
    parts = [part for answer in answers for part in (answer.candidates[0].content.parts or [])]
    text = "".join(part.text for part in parts if part.text)
    called = [part.function_call for part in parts if part.function_call]
    calls = [(call.id, call.name, call.args) for call in called]
    used = answers[-1].usage_metadata
    finish = answers[-1].candidates[0].finish_reason.value
    return text, calls, finish, used.prompt_token_count, used.candidates_token_count


def ollama(address, key, streams):
    from ollama import Client

    tools = [{"type": "function", "function": {"name": NAME, "parameters": TOOL}}]
    asked = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "tools": tools}
    answer = Client(host=address).chat(**asked, stream=streams)
    answers = list(answer) if streams else [answer]
    text = "".join(answer.message.content or "" for answer in answers)
    called = [call.function for answer in answers for call in answer.message.tool_calls or []]
    # The library reads no ids.
    calls = [(None, call.name, dict(call.arguments)) for call in called]
    last = answers[-1]
    return text, calls, last.done_reason, last.prompt_eval_count, last.eval_count


def cohere(address, key, streams):
    from cohere import ClientV2

    client = ClientV2(api_key=key, base_url=address)
    tools = [{"type": "function", "function": {"name": NAME, "parameters": TOOL}}]
    asked = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "tools": tools}
    if not streams:
        answer = client.chat(**asked)
        text = "".join(block.text for block in answer.message.content or [])
        calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in answer.message.tool_calls]
        used = answer.usage.tokens
        return text, calls, answer.finish_reason, used.input_tokens, used.output_tokens
    text, calls, finish, used = "", {}, None, None
    for event in client.chat_stream(**asked):
        if event.type == "content-delta":
            text += event.delta.message.content.text
        elif event.type == "tool-call-start":
            call = event.delta.message.tool_calls
            calls[event.index] = [call.id, call.function.name, call.function.arguments or ""]
        elif event.type == "tool-call-delta":
            calls[event.index][2] += event.delta.message.tool_calls.function.arguments
        elif event.type == "message-end":
            finish, used = event.delta.finish_reason, event.delta.usage.tokens
    calls = [(call[0], call[1], json.loads(call[2])) for call in calls.values()]
    return text, calls, finish, used.input_tokens, used.output_tokens


def bedrock(address, key, streams):
    import boto3

    os.environ["AWS_BEARER_TOKEN_BEDROCK"] = key
    client = boto3.client("bedrock-runtime", endpoint_url=address, region_name="eu-central-1")
    asked = {
        "modelId": MODEL,
        "messages": [{"role": "user", "content": [{"text": QUESTION}]}],
        "toolConfig": {"tools": [{"toolSpec": {"name": NAME, "inputSchema": {"json": TOOL}}}]},
    }
    if not streams:
        answer = client.converse(**asked)
        blocks = answer["output"]["message"]["content"]
        text = "".join(block.get("text", "") for block in blocks)
        called = [block["toolUse"] for block in blocks if "toolUse" in block]
        calls = [(call["toolUseId"], call["name"], call["input"]) for call in called]
        used = answer["usage"]
        return text, calls, answer["stopReason"], used["inputTokens"], used["outputTokens"]
    text, calls, finish, used = "", {}, None, None
    for event in client.converse_stream(**asked)["stream"]:
        if "contentBlockStart" in event and "toolUse" in event["contentBlockStart"].get("start", {}):
            call = event["contentBlockStart"]["start"]["toolUse"]
            calls[event["contentBlockStart"]["contentBlockIndex"]] = [call["toolUseId"], call["name"], ""]
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            text += delta.get("text", "")
            if "toolUse" in delta:
                calls[event["contentBlockDelta"]["contentBlockIndex"]][2] += delta["toolUse"]["input"]
        elif "messageStop" in event:
            finish = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            used = event["metadata"]["usage"]
    calls = [(call[0], call[1], json.loads(call[2])) for call in calls.values()]
    return text, calls, finish, used["inputTokens"], used["outputTokens"]


CLIENTS = {
    "openai-chat": openai_chat,
    "openai-responses": openai_responses,
    "anthropic": anthropic,
    "gemini": gemini,
    "ollama": ollama,
    "cohere": cohere,
    "bedrock": bedrock,
}

_, protocol, address, key, how = sys.argv
text, calls, finish, read, written = CLIENTS[protocol](address, key, how == "stream")
print(json.dumps({"text": text, "calls": calls, "finish": finish, "read": read, "written": written}))
