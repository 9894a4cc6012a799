"""Numbers as short decimal text."""

import json


def significant(values, digits):
    """Floats rounded to `digits` significant digits; exact zeros as 0."""
    return [0 if v == 0 else float(f"{v:.{digits}g}") for v in map(float, values)]


def dump(path, entries):
    """JSON lines: one entry a line, so that a change shows as one line of a diff."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for entry in entries:
            json.dump(entry, file, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
            file.write("\n")
