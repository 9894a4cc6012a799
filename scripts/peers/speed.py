"""Seconds per image of each peer and of ours on one network, in turns, and the largest difference of the maps."""

import contextlib
import dataclasses
import gc
import itertools
import statistics
import time

import torch

import nets
import peer_captum
import peer_grad_cam
import peer_torch
import peer_torchcam
import peer_torchray
from candidate import AS_USED, AT_BEST, MEASURES, Candidate, Subject, array

PEERS = (peer_torch, peer_grad_cam, peer_torchcam, peer_captum, peer_torchray)
CANDIDATES = [candidate for peer in PEERS for candidate in peer.CANDIDATES]
# A thread pool that waits for work by spinning would be counted against whoever runs next.
PAUSE = 0.05
LAYOUTS = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
CLOCKS = ("wall", "cpu")


def requests(measure, net):
    """What we are asked for the same."""
    method = measure.split()[0]
    if method == "forward":
        return []
    layer = {"grad-cam": net.ours, "c-mwp": net.excitation and net.excitation.ours}.get(method)
    return [{"method": method, "layer": layer} if layer else {"method": method}]


@dataclasses.dataclass(frozen=True)
class Running:
    """One way to use a peer, ready to run."""

    candidate: Candidate
    layout: str
    run: object
    turn: itertools.cycle
    classes: list[int]

    def time(self):
        """(wall, processor) seconds for all classes."""
        calls = len(self.classes) if self.candidate.per_class else 1
        classes = [next(self.turn)] if self.candidate.per_class else self.classes
        wall, cpu = time.perf_counter(), time.process_time()
        self.run(classes)
        return calls * (time.perf_counter() - wall), calls * (time.process_time() - cpu)

    @property
    def note(self):
        return ", ".join(part for part in (self.candidate.note, self.layout) if part)


class Bench:
    """One network and one image on both sides."""

    def __init__(self, name, folder, ours, repetitions, clock):
        self.name, self.net, self.ours = name, nets.NETS[name], ours
        self.repetitions, self.clock = repetitions, CLOCKS.index(clock)
        self.image = nets.image(name)
        self.file = folder / f"{name}.onnx"
        as_built = nets.build(name)
        nets.export(as_built, self.file)
        self.modules = {
            AS_USED: {"": as_built},
            AT_BEST: {layout: nets.tuned(as_built, form) for layout, form in LAYOUTS.items()},
        }

    def rows(self, measure):
        """One row per library; none where the measure does not apply."""
        if measure == "c-mwp x1" and self.net.excitation is None:
            return
        k = 5 if measure.endswith("x5") else 1
        self.ours.load(self.file, self.image, requests(measure, self.net), k)
        _, scores, maps = self.ours.maps()
        expected = maps[0] if maps else scores[None]
        classes = self.best_classes(scores)[:k]
        with contextlib.ExitStack() as stack:
            running = []
            for library in dict.fromkeys(c.library for c in CANDIDATES if c.measure == measure):
                some = [c for c in CANDIDATES if (c.measure, c.library) == (measure, library)]
                running += [self.fastest([c for c in some if c.how == how], classes, stack) for how in (AS_USED, AT_BEST)]
            ours, *theirs = self.alternate([self.ours, *running])
            for used, best in zip(running[::2], running[1::2]):
                row = {"network": self.name, "measure": measure, "library": used.candidate.library, "ours": ours}
                for one in (used, best):
                    row[one.candidate.how] = {**theirs[running.index(one)], "note": one.note}
                row["difference"] = max(self.difference(expected, one) for one in (used, best))
                if self.name in used.candidate.quirks:
                    row["why"] = used.candidate.quirks[self.name]
                yield row

    def best_classes(self, scores):
        """The five best of both sides, which must agree."""
        with torch.no_grad():
            theirs = self.modules[AS_USED][""](torch.from_numpy(self.image))[0]
        best = theirs.argsort(descending=True)[:5].tolist()
        if best != (-scores).argsort(kind="stable")[:5].tolist():
            raise SystemExit(f"{self.name}: the two sides do not agree on the five best classes")
        return best

    def fastest(self, candidates, classes, stack):
        """The fastest of these ways in each layout: every one runs twice, the second time counts."""
        found = []
        for candidate, layout in itertools.product(candidates, self.modules[candidates[0].how]):
            inner = stack.enter_context(contextlib.ExitStack())
            run = inner.enter_context(candidate.open(self.subject(candidate.how, layout, classes)))
            one = Running(candidate, layout, run, itertools.cycle(classes), classes)
            one.time()
            found.append((one.time()[self.clock], one, inner))
        found.sort(key=lambda entry: entry[0])
        for _, _, inner in found[1:]:
            inner.close()
        return found[0][1]

    def subject(self, how, layout, classes):
        module = nets.sharing(self.modules[how][layout])
        if how == AS_USED:
            # TorchRay leaves the weights frozen behind it.
            module.requires_grad_(True)
        x = torch.from_numpy(self.image).clone(memory_format=LAYOUTS.get(layout, torch.contiguous_format))
        return Subject(module, x, classes, self.net)

    def alternate(self, running):
        """Medians of each: { wall, cpu }, seconds."""
        for one in running:
            one.time()
        times = [[] for _ in running]
        for _ in range(self.repetitions):
            for one, some in zip(running, times):
                gc.collect()
                time.sleep(PAUSE)
                some.append(one.time())
        return [{clock: statistics.median(pair[at] for pair in some) for at, clock in enumerate(CLOCKS)} for some in times]

    def difference(self, expected, one):
        return nets.relative(one.candidate.like(expected), array(one.run(one.classes)))


def measure(name, folder, ours, repetitions, clock, measures=MEASURES):
    """The rows of one measure after the other."""
    bench = Bench(name, folder, ours, repetitions, clock)
    try:
        for one in measures:
            yield list(bench.rows(one))
    finally:
        bench.file.unlink()
