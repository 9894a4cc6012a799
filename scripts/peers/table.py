"""The report as markdown."""

from candidate import AS_USED, AT_BEST, MEASURES


def times(seconds, base):
    return f"{seconds / base:.2f}×"


def per_second(seconds):
    rate = 1 / seconds
    return f"{rate:.0f}" if rate >= 100 else f"{rate:.1f}" if rate >= 10 else f"{rate:.2f}"


def small(value):
    return "0" if value == 0 else f"{value:.2f}" if value >= 0.1 else f"{value:.1e}".replace("e-0", "e-")


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


def fastest(rows, how, clock, network=None, measure=None):
    """(how many times faster than the fastest of these peers we are, what that was); PyTorch's forward pass is no peer."""
    some = [
        (row[how][clock] / row["ours"][clock], f"{row['network']}, {row['measure']}, {row['library']}")
        for row in rows
        if row["measure"] != "forward" and network in (None, row["network"]) and measure in (None, row["measure"])
    ]
    return min(some) if some else None


def goals(rows, clock):
    wanted = [
        ("five Grad-CAM maps, VGG-16", "≥ 5", "vgg16", "grad-cam x5"),
        ("one backprop map, VGG-16", "≥ 1.5", "vgg16", "backprop x1"),
        ("anything, any network", "≥ 1", None, None),
    ]
    body = []
    for name, goal, network, measure in wanted:
        found = [fastest(rows, how, clock, network, measure) for how in (AS_USED, AT_BEST)]
        body.append([name, goal, *("–" if one is None else f"{one[0]:.2f} ({one[1]})" for one in found)])
    return lines(["ours against the fastest peer", "goal", AS_USED, AT_BEST], body)


def overview(rows, clock):
    """Per network and measure: how many times faster than the fastest peer we are."""
    measures = [measure for measure in MEASURES if any(row["measure"] == measure for row in rows)]
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


def speed_part(report):
    if not report["speed"]:
        return ""
    machine = report["machine"]
    clock, threads = machine["clock"], machine["threads"]
    what = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    parts = [
        f"{machine['cpu']}, {machine['cores']} cores; {threads} {'thread' if threads == 1 else 'threads'} on both sides; "
        f"{'processor time' if clock == 'cpu' else 'wall clock'}, medians of {machine['repetitions']}.",
        "",
        f"Versions: {what}.",
    ]
    rows = report["speed"]
    parts += ["", *goals(rows, clock), "", *overview(rows, clock), "", *speed(rows, clock)]
    return "\n".join(parts).rstrip()


def methods_part(report):
    return "\n".join(methods(report["methods"])) if report["methods"] else ""


def markdown(report):
    return f"{speed_part(report)}\n\n{methods_part(report)}\n"


def into(text, report):
    """The document with what stands between its markers `<!-- speed -->` … `<!-- /speed -->` written anew."""
    for name, made in (("speed", speed_part(report)), ("methods", methods_part(report))):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if made and begin in text:
            head, rest = text.split(begin)
            text = f"{head}{begin}\n\n{made}\n\n{end}{rest.split(end)[1]}"
    return text
