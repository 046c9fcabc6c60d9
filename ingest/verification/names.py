"""What a model file's name tells: the model, and how its weights were converted."""

import re

CONVERSIONS = {
    "float32": "float32", "fp32": "float32", "f32": "float32", "float": "float32",
    "float16": "float16", "fp16": "float16", "f16": "float16",
    "int8": "int8", "uint8": "uint8", "quant": "uint8", "quantized": "uint8",
    "dynamic_range_quant": "dynamic_range_quant", "dynamic": "dynamic_range_quant",
    "full_integer_quant": "full_integer_quant", "integer_quant": "integer_quant",
    "w8a8": "w8a8", "w8a16": "w8a16", "int4": "int4", "w4a16": "w4a16",
}  # fmt: skip
"""How names end -> the conversion; TensorFlow's hosted models say `quant` of UINT8 weights and activations."""

_ENDS = sorted(CONVERSIONS, key=len, reverse=True)
_SUFFIX = re.compile(r"\.(?:tflite|lite|dlc|onnx|bin|pb|mlmodel|mlpackage)$", re.IGNORECASE)


def model_of(path: str) -> tuple[str, str | None]:
    """The model and its conversion, as the name of its file tells them.

    The last part of the path without its ending is the name. Where it ends in a known conversion after `_`, `-` or `.`
    (fp32, float16, int8, quant, w8a8, …) that is taken off; else the conversion is not told.

    Args:
        path: of the model, with either slash.
    """
    name = _SUFFIX.sub("", re.split(r"[\\/]", path.strip().rstrip("\\/"))[-1])
    for end in _ENDS:
        head = name[: -len(end) - 1]
        if head and name.lower().endswith(end) and name[-len(end) - 1] in "_-.":
            return head, CONVERSIONS[end]
    return name, None
