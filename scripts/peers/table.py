"""The report as markdown."""

from candidate import AS_USED, AT_BEST


def times(seconds, base):
    return f"{seconds / base:.2f}×"


def per_second(seconds):
    rate = 1 / seconds
    return f"{rate:.0f}" if rate >= 100 else f"{rate:.1f}" if rate >= 10 else f"{rate:.2f}"


def small(value):
    return "0" if value == 0 else f"{value:.1e}".replace("e-0", "e-")


def lines(head, rows):
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def speed(rows, clock):
    head = ["network", "map", "ours, images/s", "peer", "as used", "", "at best", "", "how", "largest difference"]
    body, reasons = [], []
    for row in rows:
        ours = row["ours"][clock]
        mark = ""
        if "why" in row:
            if row["why"] not in reasons:
                reasons.append(row["why"])
            mark = f" ({reasons.index(row['why']) + 1})"
        used, best = row[AS_USED][clock], row[AT_BEST][clock]
        body.append([
            row["network"],
            row["measure"],
            per_second(ours),
            row["library"],
            per_second(used),
            times(used, ours),
            per_second(best),
            times(best, ours),
            row[AT_BEST]["note"],
            small(row["difference"]) + mark,
        ])
    return lines(head, body) + [""] + [f"({i + 1}) {reason}." for i, reason in enumerate(reasons)]


def goals(rows, clock):
    """Per network and measure: how many times ours is faster than the fastest peer. PyTorch's forward pass is no peer."""
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    body = []
    for network in dict.fromkeys(row["network"] for row in rows):
        cells = [network]
        for measure in measures:
            some = [row for row in rows if (row["network"], row["measure"]) == (network, measure)]
            for how in (AS_USED, AT_BEST):
                found = [(row[how][clock] / row["ours"][clock], row["library"]) for row in some]
                cells.append("–" if not found else f"{min(found)[0]:.2f} {min(found)[1]}")
        body.append(cells)
    return lines(["network", *(f"{measure}, {how}" for measure in measures for how in (AS_USED, AT_BEST))], body)


def methods(rows):
    networks = list(dict.fromkeys(row["network"] for row in rows))
    body = []
    for key in dict.fromkeys((row["method"], row["library"], row["function"]) for row in rows):
        some = {r["network"]: r for r in rows if (r["method"], r["library"], r["function"]) == key}
        cells = [small(some[n]["difference"]) if n in some and "difference" in some[n] else "–" for n in networks]
        notes = dict.fromkeys(r["note"] for r in some.values() if r.get("note"))
        body.append([f"`{key[0]}`", f"{key[1]} {key[2]}", *cells, "; ".join(notes)])
    return lines(["method", "library", *networks, ""], body)


def markdown(report):
    machine = report["machine"]
    clock = machine["clock"]
    what = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    parts = [
        f"{machine['cpu']}, {machine['cores']} cores; {machine['threads']} thread(s) on both sides; "
        f"{'processor time' if clock == 'cpu' else 'wall clock'}, medians of {machine['repetitions']}; {what}",
    ]
    if report["speed"]:
        parts += ["", *goals(report["speed"], clock), "", *speed(report["speed"], clock)]
    if report["methods"]:
        parts += ["", *methods(report["methods"])]
    return "\n".join(parts) + "\n"
