"""The known explanation libraries of PyTorch against ours: how fast, and how far apart the maps are.

    python scripts/peers/main.py --json results/speed/peers.json

needs `npm run build` and the packages of requirements.txt; run.sh sees to both.
"""

import argparse
import importlib.metadata
import json
import logging
import os
import pathlib
import platform
import tempfile
import warnings

import torch

import nets
import parity
import speed
from candidate import MEASURES
from ours import Ours
from table import into, markdown

PACKAGES = ("torch", "torchvision", "grad-cam", "torchcam", "captum", "torchray", "onnx2torch")


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def some_of(text, known, what):
    chosen = [part.strip() for part in text.split(",")] if text else list(known)
    for name in chosen:
        if name not in known:
            raise SystemExit(f"peers: no {what} {name}; there are {', '.join(known)}")
    return chosen


def place(row):
    """Where a row stands in the table."""
    return list(nets.NETS).index(row["network"]), MEASURES.index(row["measure"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["speed", "methods"], help="one of the two; both by default")
    parser.add_argument("--networks", help="for speed: some of " + ", ".join(nets.NETS))
    parser.add_argument("--measures", help="for speed: some of " + ", ".join(MEASURES))
    parser.add_argument("--threads", type=int, default=1, help="on both sides")
    parser.add_argument("--clock", choices=["cpu", "wall"], default="cpu", help="processor time is for busy machines and one thread")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--data", type=pathlib.Path, default=os.environ.get("BENCH_TEST_DATA"), help="for methods: the test data")
    parser.add_argument("--json", type=pathlib.Path, help="written anew after every measure; a part that is not run is kept")
    parser.add_argument("--doc", type=pathlib.Path, help="a page whose tables are written anew: docs/measurements/peers.md")
    parser.add_argument("--print", action="store_true", help="measure nothing: tables of --json")
    options = parser.parse_args()
    networks = some_of(options.networks, nets.NETS, "network")
    measures = some_of(options.measures, MEASURES, "measure")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(options.threads)

    report = {"speed": [], "methods": []}
    if options.json and options.json.exists():
        report = json.loads(options.json.read_text())
    if not options.print:
        measure(options, networks, measures, report)
    if options.doc:
        options.doc.write_text(into(options.doc.read_text(), report))
    print(markdown(report))


def measure(options, networks, measures, report):
    """Fills the report; a part that is not asked for, or a network measured the same way before, is kept."""
    ours = Ours(options.threads)

    def save():
        if options.json:
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(report, indent=2) + "\n")

    if options.part != "methods":
        versions = {**ours.ask("versions"), **{name: importlib.metadata.version(name) for name in PACKAGES}}
        versions.pop("sharp", None)
        machine = {
            "cpu": cpu_model(),
            "cores": os.cpu_count(),
            "threads": options.threads,
            "clock": options.clock,
            "repetitions": options.repetitions,
            "versions": versions,
        }
        if report.get("machine") != machine:
            report["speed"] = []
        report["machine"] = machine
        with tempfile.TemporaryDirectory() as folder:
            for name in networks:
                print(f"peers: {name}", flush=True)
                for rows in speed.measure(name, pathlib.Path(folder), ours, options.repetitions, options.clock, measures):
                    new = {place(row) for row in rows}
                    kept = [row for row in report["speed"] if place(row) not in new]
                    report["speed"] = sorted(kept + rows, key=place)
                    save()
    if options.part != "speed":
        print("peers: methods", flush=True)
        report["methods"] = list(parity.rows(options.data, ours))
        save()
    ours.close()


if __name__ == "__main__":
    main()
