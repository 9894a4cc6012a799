"""Prints what onnx's own operator definitions say of operators, as the `schema` of their entry in src/graph/operators.

    python scripts/golden/operator_schemas.py Celu Mish

Three lines of the table are widened by hand: BatchNormalization's five inputs and Where's two choices share one type, and
Reshape may have its shape as an attribute, as the oldest exporters write it.
"""
import sys

from onnx import defs

MIN, MAX, TYPED = 7, 21, 17
CODES = {"FLOAT": "f", "INT": "i", "STRING": "s", "TENSOR": "t", "FLOATS": "fs", "INTS": "is", "STRINGS": "ss", "SPARSE_TENSOR": "?"}

history = defs.get_all_schemas_with_history()


def versions(name):
    own = sorted((s for s in history if s.name == name and s.domain == ""), key=lambda s: s.since_version)
    first = [s for s in own if s.since_version <= MIN][-1:]
    return first + [s for s in own if MIN < s.since_version <= MAX and not s.deprecated]


for name in sys.argv[1:]:
    found = versions(name)
    least = min(s.min_input for s in found)
    most = max(s.max_input for s in found)
    outputs = max(s.max_output for s in found)
    typed = ([s for s in found if s.since_version <= TYPED] or found)[-1]
    first = typed.inputs[0].type_str if typed.inputs else None
    variadic = most > 100
    same = "*" if variadic else "".join(str(i) for i, p in enumerate(typed.inputs) if p.type_str == first)
    attributes = {}
    for s in found:
        for key, a in s.attributes.items():
            attributes[key] = CODES[a.type.name]
    words = " ".join(f"{key}:{code}" for key, code in sorted(attributes.items()) if code != "?")
    most_text = "*" if variadic else str(most)
    out_text = "*" if outputs > 100 else str(outputs)
    print(f"{name}: '{least} {most_text} {out_text} {same or '-'} {words}',".replace(" ',", "',"))
