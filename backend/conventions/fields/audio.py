"""Audio tokens of a call: how many of the input and of the output tokens were spoken.

Inside the input and the output tokens in every convention but Langfuse's own words (usage_rules.py).
"""

from __future__ import annotations

import re

from backend.conventions.field import Field

# In usage objects the same member, `audio_tokens`, stands in the details of the input and in those of the output;
# Google gives a list with one entry a modality. Before the members are read, it is named after what it is inside.
AUDIO_INSIDE = (
    r"(?i)(prompt|input|completion|output|candidates|response)"
    r"""(_?tokens?_?details["']: ?(?:\{[^{}]*["']|\[[^\]]*["']audio["'][^}\]]*["']))"""
    r"""(?:audio_?tokens|audio|token_?count)["']"""
)
AUDIO_NAMED = r'\1\2\1_details_audio"'

FIELDS: tuple[Field, ...] = (
    Field(
        "audio_input_tokens",
        "int",
        (
            "gen_ai.usage.audio.input_tokens",
            "llm.token_count.prompt_details.audio",
            "gen_ai.usage.input_audio_tokens",
            "gen_ai.usage.audio_input_tokens",
            "gen_ai.usage.details.input_audio_tokens",
            "gen_ai.usage.input_tokens.audio",
            "gen_ai.usage.prompt_tokens_details.audio_tokens",
            "gen_ai.usage.prompt_tokens_details.audio",
            "gen_ai.usage.input_tokens_details.audio_tokens",
            "llm.usage.prompt_tokens_details.audio_tokens",
        ),
        members=(
            "input_details_audio",
            "prompt_details_audio",
            "input_audio",
            "input_audio_tokens",
            "prompt_audio_tokens",
            "audio_input_tokens",
            "inputAudioTokens",
        ),
    ),
    Field(
        "audio_output_tokens",
        "int",
        (
            "gen_ai.usage.audio.output_tokens",
            "llm.token_count.completion_details.audio",
            "gen_ai.usage.output_audio_tokens",
            "gen_ai.usage.audio_output_tokens",
            "gen_ai.usage.details.output_audio_tokens",
            "gen_ai.usage.output_tokens.audio",
            "gen_ai.usage.completion_tokens_details.audio_tokens",
            "gen_ai.usage.completion_tokens_details.audio",
            "gen_ai.usage.output_tokens_details.audio_tokens",
            "llm.usage.completion_tokens_details.audio_tokens",
            # Older Pydantic AI: the details of the completion, by their own names.
            "gen_ai.usage.details.audio_tokens",
        ),
        members=(
            "output_details_audio",
            "completion_details_audio",
            "candidates_details_audio",
            "response_details_audio",
            "output_audio",
            "output_audio_tokens",
            "completion_audio_tokens",
            "audio_output_tokens",
            "outputAudioTokens",
        ),
    ),
)

# Members that stand beside `input` and `output` when those are bare words: all kinds of Langfuse's usage add up.
# A total that is made up without them shows otherwise.
BESIDE_INPUT = ("input", ("audio_input_tokens", "input_audio"))
BESIDE_OUTPUT = ("output", ("audio_output_tokens", "output_audio"), ("reasoning_tokens", "output_reasoning"))


def named_inside(key: str, text: str) -> str:
    """The usage object in an attribute, its audio tokens named after what they are inside, as in the database."""
    head = f'{key}": '
    return re.sub(AUDIO_INSIDE, AUDIO_NAMED, head + text)[len(head) :] if text else ""
