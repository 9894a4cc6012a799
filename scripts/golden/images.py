"""Variants of image files and the pixels that Pillow's Image.open(path).convert("RGB") reads: test/golden/images.jsonl.

    python -m venv golden && golden/bin/pip install -r scripts/golden/requirements-images.txt
    golden/bin/python scripts/golden/images.py > test/golden/images.jsonl     (what the tests read)
    golden/bin/python scripts/golden/images.py --all > all.jsonl              (some thousand more, to compare by hand)

Files are written byte by byte where Pillow cannot write them. One line each: name, the file in base 64, and either
`size` and `sha` (16 hexadecimal digits of the SHA-256 of the pixels) or `error`, where Pillow refuses it.
"""

import base64
import hashlib
import io
import itertools
import json
import struct
import sys
import warnings
import zlib

from PIL import Image, ImageCms, features

warnings.simplefilter("ignore")
ALL = "--all" in sys.argv
W, H = 13, 9


class Random:
    """A small generator of numbers that no release of anything changes."""

    def __init__(self, seed):
        self.state = seed

    def below(self, end):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % end


def emit(name, data, expected=None):
    entry = {"name": name, "file": base64.b64encode(data).decode()}
    try:
        image = Image.open(io.BytesIO(data)) if expected is None else expected
        pixels = image.convert("RGB")
        entry["size"] = list(pixels.size)
        entry["sha"] = hashlib.sha256(pixels.tobytes()).hexdigest()[:16]
        if ALL:
            entry["mode"] = image.mode
            entry["pixels"] = base64.b64encode(pixels.tobytes()).decode()
    except Exception as error:  # noqa: BLE001 Pillow throws many kinds
        entry["error"] = f"{type(error).__name__}: {error}"[:120].replace("<_io.BytesIO object at ", "<")
        if "cannot identify" in entry["error"]:
            entry["error"] = "cannot identify image file"
    print(json.dumps(entry, separators=(",", ":"), sort_keys=True))


def smooth(width, height, channels, seed=1):
    """A picture with slopes, edges and every extreme, one byte a sample."""
    random = Random(seed)
    out = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                base = (x * (11 + 3 * c) + y * (7 + 5 * c)) % 256
                out.append((0, 255)[random.below(2)] if random.below(11) == 0 else base)
    return bytes(out)


# --- LZW, as GIF (low bits first) and TIFF (high bits first, one code early) write it


def lzw(data, code_size, tiff):
    clear, end = 1 << code_size, (1 << code_size) + 1
    bits, out, acc, count = code_size + 1, bytearray(), 0, 0

    def put(code):
        nonlocal acc, count
        if tiff:
            acc = (acc << bits) | code
        else:
            acc |= code << count
        count += bits
        while count >= 8:
            if tiff:
                out.append((acc >> (count - 8)) & 255)
            else:
                out.append(acc & 255)
                acc >>= 8
            count -= 8
        if tiff:
            acc &= (1 << count) - 1

    table = {bytes([i]): i for i in range(clear)}
    following = end + 1
    put(clear)
    prefix = b""
    for value in data:
        word = prefix + bytes([value])
        if word in table:
            prefix = word
            continue
        put(table[prefix])
        table[word] = following
        following += 1
        if following > (1 << bits) - (1 if tiff else 0) and bits < 12:
            bits += 1
        elif following >= 4094:
            put(clear)
            table = {bytes([i]): i for i in range(clear)}
            following, bits = end + 1, code_size + 1
        prefix = bytes([value])
    if prefix:
        put(table[prefix])
        following += 1
        if following > (1 << bits) - (1 if tiff else 0) and bits < 12:
            bits += 1
    put(end)
    if count:
        out.append((acc << (8 - count)) & 255 if tiff else acc & 255)
    return bytes(out)


# --- GIF


def palette(colors, seed):
    random = Random(seed)
    return bytes(random.below(256) for _ in range(3 * colors))


def gif_frame(
    width, height, left=0, top=0, colors=None, bits=3, interlaced=False, transparent=None, disposal=None, seed=5,
    short=0, pixels=None,
):
    random = Random(seed)
    data = bytes(random.below(1 << bits) for _ in range(width * height)) if pixels is None else pixels
    if interlaced:
        rows = [data[y * width : (y + 1) * width] for y in range(height)]
        order = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]
        data = b"".join(rows[y] for y in order)
    out = b""
    if transparent is not None or disposal is not None:
        flags = ((disposal or 0) << 2) | (transparent is not None)
        out += b"!\xf9\x04" + bytes([flags, 5, 0, transparent or 0]) + b"\0"
    size = (len(colors) // 3 - 1).bit_length() - 1 if colors else 0
    flags = (0x80 | size if colors else 0) | (0x40 if interlaced else 0)
    out += b"," + struct.pack("<HHHHB", left, top, width, height, flags) + (colors or b"")
    packed = lzw(data[: len(data) - short], max(bits, 2), False)
    out += bytes([max(bits, 2)])
    for at in range(0, len(packed), 255):
        part = packed[at : at + 255]
        out += bytes([len(part)]) + part
    return out + b"\0"


def gif(width, height, frames, colors=None, background=0, version=b"GIF89a", tail=b";", before=b""):
    size = (len(colors) // 3 - 1).bit_length() - 1 if colors else 0
    flags = 0x70 | (0x80 | size if colors else 0)
    return (
        version + struct.pack("<HHBBB", width, height, flags, background, 0) + (colors or b"") + before
        + b"".join(frames) + tail
    )


def gifs():
    p8, q8 = palette(8, 1), palette(8, 2)
    grey = bytes(v for i in range(256) for v in (i, i, i))
    f = gif_frame
    comment = b"!\xfe\x05hello\0"
    netscape = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    emit("gif plain", gif(W, H, [f(W, H)], p8))
    emit("gif 87a", gif(W, H, [f(W, H)], p8, version=b"GIF87a"))
    for bits in (1, 2, 4, 8):
        emit(f"gif {bits} bit", gif(W, H, [f(W, H, bits=bits)], palette(1 << bits, bits)))
    emit("gif large enough for a full table", gif(80, 70, [f(80, 70, bits=8)], palette(256, 3)))
    long = bytes(x // 40 % 2 for x in range(150 * 90))
    emit("gif long runs", gif(150, 90, [f(150, 90, bits=1, pixels=long)], palette(2, 3)))
    for transparent in (0, 3, 7, 200):
        emit(f"gif transparent {transparent}", gif(W, H, [f(W, H, transparent=transparent)], p8))
    emit("gif interlaced", gif(W, H, [f(W, H, interlaced=True)], p8))
    for height in (1, 2, 3, 5, 8, 9):
        emit(f"gif interlaced {height} high", gif(W, height, [f(W, height, interlaced=True)], p8))
    emit("gif interlaced transparent", gif(W, H, [f(W, H, interlaced=True, transparent=2)], p8))
    emit("gif local palette", gif(W, H, [f(W, H, colors=q8)], p8))
    emit("gif local palette alone", gif(W, H, [f(W, H, colors=q8)]))
    emit("gif local palette alone transparent", gif(W, H, [f(W, H, colors=q8, transparent=1)]))
    emit("gif without palette", gif(W, H, [f(W, H)]))
    emit("gif without palette transparent", gif(W, H, [f(W, H, transparent=2)]))
    emit("gif grey palette", gif(W, H, [f(W, H, bits=8)], grey))
    emit("gif grey local palette", gif(W, H, [f(W, H, bits=8, colors=grey)], p8))
    emit("gif palette smaller than indices", gif(W, H, [f(W, H, bits=4)], p8))
    for background in (0, 5, 255):
        for transparent in (None, 4):
            for colors in (p8, None):
                name = f"gif small frame background {background} transparent {transparent} {'global' if colors else 'none'}"
                frame = f(9, 5, 4, 3, transparent=transparent)
                emit(name, gif(W, H, [frame], colors, background=background))
                frame = f(9, 5, 4, 3, transparent=transparent, colors=q8)
                emit(f"{name} local", gif(W, H, [frame], colors, background=background))
    for disposal in range(8):
        frames = [f(W, H, disposal=disposal, transparent=1), f(9, 5, 4, 3, seed=9, colors=q8)]
        emit(f"gif animation disposal {disposal}", gif(W, H, frames, p8, before=netscape))
        frames = [f(9, 5, 4, 3, disposal=disposal), f(W, H, seed=9, colors=q8)]
        emit(f"gif animation small first disposal {disposal}", gif(W, H, frames, p8))
    emit("gif frame larger than the screen", gif(9, 5, [f(W, H)], p8))
    emit("gif frame beyond the screen", gif(W, H, [f(W, H, 4, 3)], p8))
    emit("gif frame beyond the screen transparent", gif(W, H, [f(W, H, 4, 3, transparent=2)], p8))
    emit("gif screen of no size", gif(0, 0, [f(W, H)], p8))
    emit("gif comment", gif(W, H, [comment, f(W, H)], p8))
    emit("gif second frame larger", gif(W, H, [f(W, H), f(40, 40, seed=8)], p8))
    emit("gif without trailer", gif(W, H, [f(W, H)], p8, tail=b""))
    emit("gif bytes behind", gif(W, H, [f(W, H)], p8, tail=b";more"))
    emit("gif pixels missing", gif(W, H, [f(W, H, short=40)], p8))
    emit("gif pixels missing interlaced", gif(W, H, [f(W, H, short=40, interlaced=True)], p8))
    emit("gif too many pixels", gif(W, H, [f(W, H, pixels=bytes(i % 8 for i in range(W * H + 50)))], p8))
    whole = gif(W, H, [f(W, H)], p8)
    emit("gif cut in its pixels", whole[:-60])
    emit("gif cut in its palette", whole[:25])
    emit("gif two control blocks", gif(W, H, [b"!\xf9\x04\x01\0\0\x05\0", f(W, H, transparent=2)], p8))
    emit("gif control block undone", gif(W, H, [b"!\xf9\x04\x01\0\0\x05\0", b"!\xf9\x04\0\0\0\0\0", f(9, 5, 4, 3)], p8))
    emit("gif plain text", gif(W, H, [b"!\x01\x0c" + bytes(12) + b"\x02hi\0", f(W, H)], p8))
    emit("gif garbage between blocks", gif(W, H, [b"\0\0", f(W, H)], p8))
    emit("gif without frames", gif(W, H, [], p8))
    emit("gif frame of no size", gif(W, H, [f(0, 0)], p8))
    for mode in ("P", "L", "RGB", "1", "RGBA"):
        image = Image.frombytes("RGB", (W, H), smooth(W, H, 3)).convert(mode)
        out = io.BytesIO()
        image.save(out, "GIF")
        emit(f"gif by Pillow from {mode}", out.getvalue())


# --- TIFF


TYPES = {"B": 1, "A": 2, "H": 3, "I": 4, "R": 5}


def tiff(tags, blocks, order="<", big=False, tiled=False, pages=1):
    """tags: number -> (type, values); blocks: the strips or tiles, whose tags are added."""
    off = "Q" if big else "I"
    counts, offsets = (325, 324) if tiled else (279, 273)
    head = 16 if big else 8
    body = bytearray()
    starts = []
    for block in blocks:
        starts.append(head + len(body))
        body += block + b"\0" * (len(block) % 2)
    tags = {**tags, offsets: ("I", starts), counts: ("I", [len(block) for block in blocks])}
    out = bytearray()
    directories = []
    at = head + len(body)
    for page in range(pages):
        entries = b""
        extra = b""
        count = len(tags)
        length = (8 + 20 * count + 8) if big else (2 + 12 * count + 4)
        for tag in sorted(tags):
            kind, values = tags[tag]
            form = {"B": "B", "A": "B", "H": "H", "I": "I", "R": "II"}[kind]
            flat = [v for value in values for v in (value if isinstance(value, tuple) else (value,))]
            data = b"".join(struct.pack(order + form[0], v) for v in flat)
            room = 8 if big else 4
            if len(data) > room:
                place = at + length + len(extra)
                extra += data + b"\0" * (len(data) % 2)
                data = struct.pack(order + off, place)
            entries += struct.pack(order + "HH" + off, tag, TYPES[kind], len(values)) + data.ljust(room, b"\0")
        following = at + length + len(extra) if page + 1 < pages else 0
        directory = struct.pack(order + ("Q" if big else "H"), count) + entries + struct.pack(order + off, following)
        directories.append(directory + extra)
        at += len(directory) + len(extra)
    mark = b"II" if order == "<" else b"MM"
    first = head + len(body)
    if big:
        start = mark + struct.pack(order + "HHHQ", 43, 8, 0, first)
    else:
        start = mark + struct.pack(order + "HI", 42, first)
    return bytes(start + body + b"".join(directories) + out)


def packbits(data):
    out = bytearray()
    at = 0
    while at < len(data):
        run = 1
        while at + run < len(data) and run < 128 and data[at + run] == data[at]:
            run += 1
        if run > 2:
            out += bytes([257 - run, data[at]])
            at += run
        else:
            part = data[at : at + 100]
            out += bytes([len(part) - 1]) + part
            at += len(part)
    return bytes(out)


REVERSED = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))


def samples(kind, width, height, seed=3):
    """Samples as lists of rows of pixels of integers (or floats) in the kind's range."""
    count, bits, form = kind["samples"], kind["bits"], kind.get("format", 1)
    random = Random(seed)
    rows = []
    for y in range(height):
        row = []
        for x in range(width):
            pixel = []
            for c in range(count):
                if form == 3:
                    pixel.append((x * 13 + y * 7 + c * 50) % 300 * 1.0 - 20 + (x % 4) / 4)
                elif form == 2:
                    pixel.append((random.below(1 << bits)) - (1 << (bits - 1)) if x % 2 else (x * 9 + y * 5) % 127)
                elif bits > 8 and x % 3 == 0:
                    pixel.append((x * 13 + y * 7) % 256)
                else:
                    base = ((x * (11 + 3 * c) + y * (7 + 5 * c)) % 256) * ((1 << bits) - 1) // 255
                    pixel.append(random.below(1 << bits) if random.below(5) == 0 else base)
            row.append(pixel)
        rows.append(row)
    return rows


def pack_row(values, bits, form, order, predictor):
    if predictor == 3:
        return None
    if form == 3:
        code = {16: "e", 32: "f", 64: "d"}[bits]
        return b"".join(struct.pack(order + code, v) for v in values)
    if bits >= 8 and bits % 8 == 0 and bits != 24:
        code = {8: "B", 16: "H", 32: "I", 64: "Q"}[bits]
        return b"".join(struct.pack(order + code, v & ((1 << bits) - 1)) for v in values)
    text = "".join(f"{v & ((1 << bits) - 1):0{bits}b}" for v in values)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def encode_block(rows, kind, order, compression, predictor, fill):
    """rows: lists of pixels; one strip, tile, or plane of them."""
    bits, form = kind["bits"], kind.get("format", 1)
    out = bytearray()
    for row in rows:
        count = len(row[0])
        values = [v for pixel in row for v in pixel]
        if predictor == 2:
            mask = (1 << bits) - 1
            values = [(v - (values[i - count] if i >= count else 0)) & mask for i, v in enumerate(values)]
        if predictor == 3:
            size = bits // 8
            code = {16: ">e", 32: ">f", 64: ">d"}[bits]
            packed = [struct.pack(code, v) for v in values]
            planes = b"".join(bytes(p[b] for p in packed) for b in range(size))
            out += bytes((v - (planes[i - count] if i >= count else 0)) & 255 for i, v in enumerate(planes))
        else:
            out += pack_row(values, bits, form, order, predictor)
    data = bytes(out)
    if compression in (8, 32946):
        data = zlib.compress(data)
    elif compression == 5:
        data = lzw(data, 8, True)
    elif compression == 32773:
        row = len(data) // len(rows)
        data = b"".join(packbits(data[i : i + row]) for i in range(0, len(data), row))
    if fill == 2:
        data = data.translate(REVERSED)
    return data


def make_tiff(kind, compression=1, order="<", planar=1, layout="strip", predictor=1, fill=1, orientation=None, big=False,
              pages=1, more=None, width=W, height=H):
    rows = samples(kind, width, height)
    count, bits = kind["samples"], kind["bits"]
    tags = {
        256: ("I", [width]), 257: ("I", [height]), 258: ("H", [bits] * count), 259: ("H", [compression]),
        262: ("H", [kind["photo"]]), 277: ("H", [count]),
    }
    if kind.get("extra"):
        tags[338] = ("H", kind["extra"])
    if kind.get("format", 1) != 1:
        tags[339] = ("H", [kind["format"]] * count)
    if kind["photo"] == 3:
        random = Random(8)
        tags[320] = ("H", [random.below(256) * 257 for _ in range(3 << bits)])
    if planar != 1:
        tags[284] = ("H", [planar])
    if predictor != 1:
        tags[317] = ("H", [predictor])
    if fill != 1:
        tags[266] = ("H", [fill])
    if orientation is not None:
        tags[274] = ("H", [orientation])
    if kind["photo"] == 6 and "sub" not in kind:
        tags[530] = ("H", [1, 1])
    tags.update(kind.get("tags", {}))
    tags.update(more or {})
    planes = [rows] if planar == 1 else [[[[p[c]] for p in row] for row in rows] for c in range(count)]
    blocks = []
    if layout == "tile":
        tags[322], tags[323] = ("I", [16]), ("I", [16])
        for plane in planes:
            for y, x in itertools.product(range(0, height, 16), range(0, width, 16)):
                tile = [[(plane[min(y + j, height - 1)][min(x + i, width - 1)]) for i in range(16)] for j in range(16)]
                blocks.append(encode_block(tile, kind, order, compression, predictor, fill))
    else:
        per = {"strip": height, "strips": 5}[layout]
        tags[278] = ("I", [per])
        for plane in planes:
            for y in range(0, height, per):
                blocks.append(encode_block(plane[y : y + per], kind, order, compression, predictor, fill))
    return tiff(tags, blocks, order, big, layout == "tile", pages)


KINDS = {
    "white is 0, 1 bit": dict(photo=0, bits=1, samples=1), "black is 0, 1 bit": dict(photo=1, bits=1, samples=1),
    "white is 0, 2 bit": dict(photo=0, bits=2, samples=1), "black is 0, 2 bit": dict(photo=1, bits=2, samples=1),
    "white is 0, 4 bit": dict(photo=0, bits=4, samples=1), "black is 0, 4 bit": dict(photo=1, bits=4, samples=1),
    "white is 0, 8 bit": dict(photo=0, bits=8, samples=1), "grey": dict(photo=1, bits=8, samples=1),
    "grey 12 bit": dict(photo=1, bits=12, samples=1),
    "grey 16 bit": dict(photo=1, bits=16, samples=1), "white is 0, 16 bit": dict(photo=0, bits=16, samples=1),
    "grey int8": dict(photo=1, bits=8, samples=1, format=2), "grey int16": dict(photo=1, bits=16, samples=1, format=2),
    "grey uint32": dict(photo=1, bits=32, samples=1), "grey int32": dict(photo=1, bits=32, samples=1, format=2),
    "grey float16": dict(photo=1, bits=16, samples=1, format=3), "grey float32": dict(photo=1, bits=32, samples=1, format=3),
    "white is 0, float32": dict(photo=0, bits=32, samples=1, format=3),
    "grey float64": dict(photo=1, bits=64, samples=1, format=3),
    "grey and unspecified": dict(photo=1, bits=8, samples=2, extra=[0]),
    "grey and premultiplied alpha": dict(photo=1, bits=8, samples=2, extra=[1]),
    "grey and alpha": dict(photo=1, bits=8, samples=2, extra=[2]),
    "grey and alpha 16 bit": dict(photo=1, bits=16, samples=2, extra=[2]),
    "RGB": dict(photo=2, bits=8, samples=3), "RGB 4 bit": dict(photo=2, bits=4, samples=3),
    "RGB 16 bit": dict(photo=2, bits=16, samples=3), "RGB float32": dict(photo=2, bits=32, samples=3, format=3),
    "RGB uint32": dict(photo=2, bits=32, samples=3),
    "RGB and a fourth": dict(photo=2, bits=8, samples=4), "RGB and unspecified": dict(photo=2, bits=8, samples=4, extra=[0]),
    "RGB and premultiplied alpha": dict(photo=2, bits=8, samples=4, extra=[1]),
    "RGB and alpha": dict(photo=2, bits=8, samples=4, extra=[2]), "RGB and 999": dict(photo=2, bits=8, samples=4, extra=[999]),
    "RGB and two unspecified": dict(photo=2, bits=8, samples=5, extra=[0, 0]),
    "RGB and alpha and unspecified": dict(photo=2, bits=8, samples=5, extra=[2, 0]),
    "RGB and premultiplied alpha and unspecified": dict(photo=2, bits=8, samples=5, extra=[1, 0]),
    "RGB and unspecified 16 bit": dict(photo=2, bits=16, samples=4, extra=[0]),
    "RGB and premultiplied alpha 16 bit": dict(photo=2, bits=16, samples=4, extra=[1]),
    "RGB and alpha 16 bit": dict(photo=2, bits=16, samples=4, extra=[2]),
    "palette 1 bit": dict(photo=3, bits=1, samples=1), "palette 2 bit": dict(photo=3, bits=2, samples=1),
    "palette 4 bit": dict(photo=3, bits=4, samples=1), "palette": dict(photo=3, bits=8, samples=1),
    "palette 16 bit": dict(photo=3, bits=16, samples=1),
    "palette and alpha": dict(photo=3, bits=8, samples=2, extra=[2]),
    "palette and unspecified": dict(photo=3, bits=8, samples=2, extra=[0]),
    "palette of bytes": dict(photo=3, bits=8, samples=1, tags={320: ("H", [i % 256 for i in range(768)])}),
    "mask": dict(photo=4, bits=1, samples=1),
    "CMYK": dict(photo=5, bits=8, samples=4), "CMYK 16 bit": dict(photo=5, bits=16, samples=4),
    "CMYK and unspecified": dict(photo=5, bits=8, samples=5, extra=[0]),
    "CMYK and alpha": dict(photo=5, bits=8, samples=5, extra=[2]),
    "CMY": dict(photo=5, bits=8, samples=3),
    "CMYK of other inks": dict(photo=5, bits=8, samples=4, tags={332: ("H", [2])}),
    "YCbCr": dict(photo=6, bits=8, samples=3), "YCbCr alone": dict(photo=6, bits=8, samples=1),
    "YCbCr 16 bit": dict(photo=6, bits=16, samples=3),
    "YCbCr without subsampling tag": dict(photo=6, bits=8, samples=3, sub=1),
    "YCbCr of narrow range": dict(
        photo=6, bits=8, samples=3, tags={532: ("R", [(15, 1), (235, 1), (128, 1), (240, 1), (128, 1), (240, 1)])}
    ),
    "YCbCr of other coefficients": dict(photo=6, bits=8, samples=3, tags={529: ("R", [(2126, 10000), (7152, 10000), (722, 10000)])}),
    "YCbCr and alpha": dict(photo=6, bits=8, samples=4, extra=[2]),
    "Lab": dict(photo=8, bits=8, samples=3), "Lab 16 bit": dict(photo=8, bits=16, samples=3),
    "ICC Lab": dict(photo=9, bits=8, samples=3), "ITU Lab": dict(photo=10, bits=8, samples=3),
    "colour filter array": dict(photo=32803, bits=8, samples=1), "log L": dict(photo=32844, bits=16, samples=1),
}
COMPRESSIONS = {"none": 1, "LZW": 5, "deflate": 8, "old deflate": 32946, "PackBits": 32773}


def jpeg_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def subsampled_ycbcr(horizontal, vertical, compression, order="<", layout="strip"):
    """Data units of horizontal x vertical luma samples, then Cb, Cr."""
    random = Random(4)
    across, down = -(-W // horizontal), -(-H // vertical)
    rows = []
    for _ in range(down):
        row = bytearray()
        for _ in range(across):
            row += bytes(random.below(256) for _ in range(horizontal * vertical)) + bytes(60 + random.below(140) for _ in range(2))
        rows.append(bytes(row))
    data = b"".join(rows)
    data = {1: lambda d: d, 8: zlib.compress, 5: lambda d: lzw(d, 8, True)}[compression](data)
    tags = {
        256: ("I", [W]), 257: ("I", [H]), 258: ("H", [8] * 3), 259: ("H", [compression]), 262: ("H", [6]),
        277: ("H", [3]), 278: ("I", [H]), 530: ("H", [horizontal, vertical]),
    }
    return tiff(tags, [data], order)


def tiffs():
    for name, kind in KINDS.items():
        if name == "palette 16 bit" and not ALL:
            continue  # its palette alone has 400 kB
        emit(f"tiff {name}", make_tiff(kind))
        emit(f"tiff {name} deflate big-endian", make_tiff(kind, compression=8, order=">"))
    for name, kind in KINDS.items():
        if not ALL and name not in ("grey", "RGB", "palette", "CMYK", "RGB and alpha", "RGB 16 bit", "black is 0, 1 bit", "YCbCr"):
            continue
        for (word, compression), order, planar, layout, fill in itertools.product(
            COMPRESSIONS.items(), "<>", (1, 2), ("strip", "strips", "tile"), (1, 2)
        ):
            odd = (order != "<") + (planar != 1) + (layout != "strip") + (fill != 1)
            if not ALL and (odd > 1 or (odd and compression not in (1, 5))):
                continue
            if planar == 2 and kind["samples"] == 1:
                continue
            title = f"tiff {name} {word} {order} planar {planar} {layout} fill {fill}"
            emit(title, make_tiff(kind, compression, order, planar, layout, fill=fill))
        for predictor, compression, order, planar, layout in itertools.product(
            (2, 3), (5, 8), "<>", (1, 2), ("strips", "tile")
        ):
            if predictor == 2 and (kind["bits"] not in (8, 16, 32) or kind.get("format", 1) == 3):
                continue
            if predictor == 3 and kind.get("format", 1) != 3:
                continue
            if not ALL and (order, planar, layout) not in (("<", 1, "strips"), (">", 1, "strips"), ("<", 1, "tile")):
                continue
            if planar == 2 and kind["samples"] == 1:
                continue
            title = f"tiff {name} predictor {predictor} {compression} {order} planar {planar} {layout}"
            emit(title, make_tiff(kind, compression, order, planar, layout, predictor))
    for name in KINDS if ALL else ("RGB", "grey"):
        for orientation in range(10):
            for planar, layout in ((1, "strip"), (1, "tile"), (2, "strips")):
                if (planar, layout) != (1, "strip") and not ALL:
                    continue
                for compression in (1, 8):
                    title = f"tiff {name} orientation {orientation} compression {compression} planar {planar} {layout}"
                    emit(title, make_tiff(KINDS[name], compression, planar=planar, layout=layout, orientation=orientation))
    for name in KINDS if ALL else ("RGB", "grey", "palette"):
        for order in "<>":
            emit(f"tiff {name} big {order}", make_tiff(KINDS[name], big=True, order=order))
    emit("tiff two pages", make_tiff(KINDS["RGB"], pages=2))
    emit("tiff one row", make_tiff(KINDS["RGB"], height=1))
    emit("tiff one column", make_tiff(KINDS["RGB"], width=1, layout="strips"))
    for (h, v), compression in itertools.product(((1, 1), (2, 1), (2, 2), (1, 2), (4, 1), (4, 4)), (1, 5, 8)):
        emit(f"tiff YCbCr subsampled {h}x{v} compression {compression}", subsampled_ycbcr(h, v, compression))
    for group, mode in itertools.product(("group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw", "tiff_adobe_deflate"), "1"):
        image = Image.frombytes("L", (W, H), smooth(W, H, 1)).convert(mode, dither=Image.Dither.NONE)
        for photo in (0, 1):
            out = io.BytesIO()
            image.save(out, "TIFF", compression=group, tiffinfo={262: photo})
            emit(f"tiff bilevel {group} photometric {photo}", out.getvalue())
    tiff_jpegs()
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "lzma", "zstd", "webp", "tiff_deflate"):
        for mode in ("L", "RGB", "CMYK", "YCbCr", "LAB", "RGBA", "P", "LA", "I;16", "F", "I", "1"):
            if not ALL and mode not in ("RGB", "YCbCr", "L"):
                continue
            source = Image.frombytes("RGB", (W, H), smooth(W, H, 3))
            try:
                if mode == "LAB":
                    image = Image.frombytes("LAB", (W, H), smooth(W, H, 3))
                elif mode in ("I;16", "I", "F"):
                    image = source.convert("L").convert("I").point(lambda v: v * 300).convert(mode)
                else:
                    image = source.convert(mode)
                out = io.BytesIO()
                image.save(out, "TIFF", compression=compression)
            except Exception:  # noqa: BLE001 not every pair can be written
                continue
            emit(f"tiff by Pillow from {mode} {compression}", out.getvalue())
    # Broken ones.
    whole = make_tiff(KINDS["RGB"])
    emit("tiff cut in its directory", whole[:-30])
    emit("tiff without bits", without(KINDS["grey"], 258))
    emit("tiff without photometric", without(KINDS["grey"], 262))
    emit("tiff without compression", without(KINDS["grey"], 259))
    emit("tiff RGB without samples", without(KINDS["RGB"], 277))
    emit("tiff RGB one value of bits", make_tiff(KINDS["RGB"], more={258: ("H", [8])}))
    emit("tiff unknown compression", make_tiff(KINDS["RGB"], more={259: ("H", [12345])}))
    emit("tiff with a profile", make_tiff(KINDS["RGB"], more={34675: ("B", list(profile()))}))
    emit("tiff CMYK with a profile", make_tiff(KINDS["CMYK"], more={34675: ("B", list(profile()))}))
    emit("tiff old jpeg", old_jpeg())


def without(kind, tag):
    rows = samples(kind, W, H)
    tags = {
        256: ("I", [W]), 257: ("I", [H]), 258: ("H", [8] * kind["samples"]), 259: ("H", [1]), 262: ("H", [kind["photo"]]),
        277: ("H", [kind["samples"]]), 278: ("I", [H]),
    }
    del tags[tag]
    return tiff(tags, [encode_block(rows, kind, "<", 1, 1, 1)])


def profile():
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Without the time at which it was made.
    return data[:24] + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + data[36:]


def old_jpeg():
    image = Image.frombytes("RGB", (W, H), smooth(W, H, 3))
    data = jpeg_bytes(image, subsampling=0)
    tags = {
        256: ("I", [W]), 257: ("I", [H]), 258: ("H", [8] * 3), 259: ("H", [6]), 262: ("H", [6]), 277: ("H", [3]),
        278: ("I", [H]), 513: ("I", [8]), 514: ("I", [len(data)]), 530: ("H", [1, 1]),
    }
    return tiff(tags, [data])


def tiff_jpegs():
    rgb = Image.frombytes("RGB", (32, 32), smooth(32, 32, 3))
    base = {256: ("I", [32]), 257: ("I", [32]), 259: ("H", [7])}
    for layout in ("strip", "tile", "strips"):
        parts = [(0, 0, 32, 32)]
        extra = {278: ("I", [32])}
        if layout == "tile":
            parts = [(x, y, x + 16, y + 16) for y in (0, 16) for x in (0, 16)]
            extra = {322: ("I", [16]), 323: ("I", [16])}
        if layout == "strips":
            parts = [(0, 0, 32, 16), (0, 16, 32, 32)]
            extra = {278: ("I", [16])}
        for order in "<>":
            for subsampling, word in ((0, [1, 1]), (1, [2, 1]), (2, [2, 2])):
                tags = {**base, **extra, 258: ("H", [8] * 3), 262: ("H", [6]), 277: ("H", [3]), 530: ("H", word)}
                blocks = [jpeg_bytes(rgb.crop(p), subsampling=subsampling) for p in parts]
                emit(f"tiff JPEG YCbCr {word} {layout} {order}", tiff(tags, blocks, order, tiled=layout == "tile"))
            tags = {**base, **extra, 258: ("H", [8] * 3), 262: ("H", [2]), 277: ("H", [3])}
            blocks = [jpeg_bytes(rgb.crop(p), keep_rgb=True) for p in parts]
            emit(f"tiff JPEG RGB {layout} {order}", tiff(tags, blocks, order, tiled=layout == "tile"))
            tags = {**base, **extra, 258: ("H", [8]), 262: ("H", [1]), 277: ("H", [1])}
            blocks = [jpeg_bytes(rgb.crop(p).convert("L")) for p in parts]
            emit(f"tiff JPEG grey {layout} {order}", tiff(tags, blocks, order, tiled=layout == "tile"))
            tags = {**base, **extra, 258: ("H", [8]), 262: ("H", [0]), 277: ("H", [1])}
            emit(f"tiff JPEG white is 0 {layout} {order}", tiff(tags, blocks, order, tiled=layout == "tile"))
            tags = {**base, **extra, 258: ("H", [8] * 4), 262: ("H", [5]), 277: ("H", [4])}
            blocks = [jpeg_bytes(rgb.crop(p).convert("CMYK")) for p in parts]
            emit(f"tiff JPEG CMYK {layout} {order}", tiff(tags, blocks, order, tiled=layout == "tile"))
            tags = {**base, **extra, 258: ("H", [8] * 3), 262: ("H", [6]), 277: ("H", [3]), 284: ("H", [2]), 530: ("H", [1, 1])}
            bands = rgb.convert("YCbCr").split()
            blocks = [jpeg_bytes(band.crop(p)) for band in bands for p in parts]
            emit(f"tiff JPEG YCbCr planes {layout} {order}", tiff(tags, blocks, order, tiled=layout == "tile"))


# --- PNG


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, rows, before=b"", interlace=0, after=b""):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + head + before + chunk(b"IDAT", zlib.compress(rows)) + after + chunk(b"IEND", b"")


def png_rows(width, height, depth, count, interlace=0, seed=6):
    kind = dict(samples=count, bits=depth)
    picture = samples(kind, width, height, seed)
    passes = [(0, 0, 1, 1)]
    if interlace:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    out = b""
    for x0, y0, dx, dy in passes:
        for row in picture[y0::dy]:
            part = row[x0::dx]
            if part:
                out += b"\0" + pack_row([v for p in part for v in p], depth, 1, ">", 1)
    return out


def pngs():
    colors = palette(256, 12)
    plte = {depth: chunk(b"PLTE", colors[: 3 << depth]) for depth in (1, 2, 4, 8)}
    forms = [(0, 1, d) for d in (1, 2, 4, 8, 16)] + [(2, 3, 8), (2, 3, 16), (4, 2, 8), (4, 2, 16), (6, 4, 8), (6, 4, 16)]
    forms += [(3, 1, d) for d in (1, 2, 4, 8)]
    for color, count, depth in forms:
        before = plte[depth] if color == 3 else b""
        for interlace in (0, 1):
            rows = png_rows(W, H, depth, count, interlace)
            emit(f"png colour {color} depth {depth} interlace {interlace}", png(W, H, depth, color, rows, before, interlace))
        rows = png_rows(W, H, depth, count)
        if color == 3:
            emit(f"png palette {depth} tRNS", png(W, H, depth, 3, rows, before + chunk(b"tRNS", bytes([0, 128]))))
        if color == 0:
            emit(f"png grey {depth} tRNS", png(W, H, depth, 0, rows, chunk(b"tRNS", b"\0\1")))
        if color == 2:
            emit(f"png RGB {depth} tRNS", png(W, H, depth, 2, rows, chunk(b"tRNS", b"\0\1\0\2\0\3")))
        for word, ancillary in (
            ("gAMA", chunk(b"gAMA", struct.pack(">I", 100000))), ("sRGB", chunk(b"sRGB", b"\0")),
            ("iCCP", chunk(b"iCCP", b"x\0\0" + zlib.compress(profile()))),
            ("cHRM", chunk(b"cHRM", struct.pack(">8I", 30000, 30000, 60000, 30000, 30000, 60000, 15000, 6000))),
            ("bKGD", chunk(b"bKGD", {0: b"\0\1", 4: b"\0\1", 2: b"\0\1" * 3, 6: b"\0\1" * 3, 3: b"\1"}[color])),
            ("sBIT", chunk(b"sBIT", bytes([min(depth, 3)] * {0: 1, 4: 2, 2: 3, 6: 4, 3: 3}[color]))),
        ):
            if ALL or (color, depth) in ((2, 8), (0, 16)):
                late = ancillary + before if word != "bKGD" else before + ancillary
                emit(f"png colour {color} depth {depth} {word}", png(W, H, depth, color, rows, late))
    emit("png short palette", png(W, H, 8, 3, png_rows(W, H, 8, 1), chunk(b"PLTE", colors[:30])))
    emit("png no palette", png(W, H, 8, 3, png_rows(W, H, 8, 1)))
    emit("png suggested palette", png(W, H, 8, 2, png_rows(W, H, 8, 3), plte[8]))
    out = io.BytesIO()
    frames = [Image.frombytes("RGB", (W, H), smooth(W, H, 3, seed)) for seed in (1, 2)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    emit("png animated", out.getvalue())
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], default_image=True)
    emit("png animated default image", out.getvalue())
    out = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    frames[0].save(out, "PNG", exif=exif)
    emit("png orientation", out.getvalue())
    body = png(W, H, 8, 2, png_rows(W, H, 8, 3))
    emit("png wrong sum", body[:-16] + b"\0\0\0\0" + body[-12:])
    emit("png no end", body[:-12])
    emit("png bytes behind", body + b"more")
    emit("png RGB 16 low bytes", png(2, 1, 16, 2, b"\0" + bytes([0, 127, 0, 128, 0, 255, 1, 127, 1, 128, 255, 254])))
    emit("png grey 16 range", png(5, 1, 16, 0, b"\0" + struct.pack(">5H", 0, 255, 256, 40000, 65535)))


# --- JPEG


def jpegs():
    rgb = Image.frombytes("RGB", (23, 18), smooth(23, 18, 3))
    soft = rgb.resize((41, 30), Image.Resampling.BICUBIC)
    for name, image in (("rough", rgb), ("soft", soft)):
        for subsampling in (0, 1, 2, "4:1:1", "4:4:0"):
            for progressive in (False, True):
                try:
                    data = jpeg_bytes(image, subsampling=subsampling, progressive=progressive, quality=85)
                except Exception:  # noqa: BLE001
                    continue
                emit(f"jpeg {name} {subsampling} progressive {progressive}", data)
        for quality in (1, 30, 100):
            emit(f"jpeg {name} quality {quality}", jpeg_bytes(image, quality=quality))
    emit("jpeg RGB", jpeg_bytes(soft, keep_rgb=True))
    emit("jpeg grey", jpeg_bytes(soft.convert("L")))
    emit("jpeg grey progressive", jpeg_bytes(soft.convert("L"), progressive=True))
    cmyk = jpeg_bytes(soft.convert("CMYK"))
    emit("jpeg CMYK", cmyk)
    emit("jpeg CMYK without Adobe", drop_marker(cmyk, 0xEE))
    emit("jpeg CMYK as YCCK", set_transform(cmyk, 2))
    emit("jpeg CMYK transform 1", set_transform(cmyk, 1))
    emit("jpeg RGB without Adobe", drop_marker(jpeg_bytes(soft, keep_rgb=True), 0xEE))
    emit("jpeg without JFIF", drop_marker(jpeg_bytes(soft), 0xE0))
    emit("jpeg RGB components unnamed", rename(drop_marker(drop_marker(jpeg_bytes(soft), 0xEE), 0xE0), b"RGB"))
    emit("jpeg components 0 1 2", rename(drop_marker(jpeg_bytes(soft), 0xE0), bytes([0, 1, 2])))
    emit("jpeg components 0 1 2 JFIF", rename(jpeg_bytes(soft), bytes([0, 1, 2])))
    adobe0 = insert_adobe(jpeg_bytes(soft), 0)
    emit("jpeg Adobe transform 0 and JFIF", adobe0)
    emit("jpeg Adobe transform 0", drop_marker(adobe0, 0xE0))
    emit("jpeg Adobe transform 1", insert_adobe(drop_marker(jpeg_bytes(soft), 0xE0), 1))
    emit("jpeg Adobe transform 2", insert_adobe(drop_marker(jpeg_bytes(soft), 0xE0), 2))
    emit("jpeg restart markers", jpeg_bytes(soft, restart_marker_blocks=3))
    emit("jpeg optimized", jpeg_bytes(soft, optimize=True))
    emit("jpeg with a profile", jpeg_bytes(soft, icc_profile=profile()))
    emit("jpeg CMYK with a profile", jpeg_bytes(soft.convert("CMYK"), icc_profile=profile()))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        emit(f"jpeg orientation {orientation}", jpeg_bytes(soft, exif=exif))
    whole = jpeg_bytes(soft)
    emit("jpeg without its end", whole[:-2])
    emit("jpeg bytes behind", whole + b"\0" * 50)
    emit("jpeg comment", jpeg_bytes(soft, comment=b"hello"))
    emit("jpeg 12 bit", set_precision(whole, 12))
    out = io.BytesIO()
    soft.save(out, "MPO", save_all=True, append_images=[soft.rotate(180)])
    emit("jpeg of several pictures (MPO)", out.getvalue())
    for size in ((1, 1), (7, 3), (8, 8), (17, 1)):
        emit(f"jpeg {size[0]}x{size[1]}", jpeg_bytes(rgb.crop((0, 0, *size))))


def segments(data):
    at = 2
    while data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        yield at, data[at + 1], length
        at += 2 + length
    yield at, 0xDA, struct.unpack(">H", data[at + 2 : at + 4])[0]


def drop_marker(data, marker):
    for at, kind, length in segments(data):
        if kind == marker:
            return data[:at] + data[at + 2 + length :]
    return data


def set_transform(data, transform):
    for at, kind, length in segments(data):
        if kind == 0xEE:
            return data[: at + 15] + bytes([transform]) + data[at + 16 :]
    raise ValueError("no Adobe marker")


def insert_adobe(data, transform):
    marker = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
    return data[:2] + marker + data[2:]


def rename(data, names):
    out = bytearray(data)
    known = None
    for at, kind, _ in segments(data):
        if kind in (0xC0, 0xC2):
            known = [out[at + 10 + 3 * i] for i in range(3)]
            for i in range(3):
                out[at + 10 + 3 * i] = names[i]
        if kind == 0xDA:
            for i in range(3):
                out[at + 5 + 2 * i] = names[known.index(out[at + 5 + 2 * i])]
    return bytes(out)


def set_precision(data, bits):
    for at, kind, _ in segments(data):
        if kind in (0xC0, 0xC1, 0xC2):
            return data[: at + 4] + bytes([bits]) + data[at + 5 :]
    return data


# --- WebP


def webps():
    rgb = Image.frombytes("RGB", (23, 18), smooth(23, 18, 3)).resize((41, 30), Image.Resampling.BICUBIC)
    rgba = rgb.copy()
    rgba.putalpha(Image.frombytes("L", rgb.size, smooth(*rgb.size, 1, 9)))
    for name, image in (("RGB", rgb), ("RGBA", rgba)):
        for options in (dict(lossless=True), dict(lossless=True, exact=True), dict(quality=80), dict(quality=5), dict(quality=80, alpha_quality=10)):
            out = io.BytesIO()
            image.save(out, "WEBP", **options)
            emit(f"webp {name} {options}", out.getvalue())
            out = io.BytesIO()
            image.save(out, "WEBP", save_all=True, append_images=[image.rotate(180)], duration=100, **options)
            emit(f"webp animated {name} {options}", out.getvalue())
    out = io.BytesIO()
    small = [rgba, rgba.copy()]
    small[1].paste((9, 9, 9, 255), (0, 0, 4, 4))
    small[0].save(out, "WEBP", save_all=True, append_images=small[1:], background=(255, 0, 0, 255), lossless=True)
    emit("webp animated background", out.getvalue())
    exif = Image.Exif()
    exif[274] = 6
    out = io.BytesIO()
    rgb.save(out, "WEBP", exif=exif, lossless=True)
    emit("webp orientation", out.getvalue())
    out = io.BytesIO()
    rgb.save(out, "WEBP", icc_profile=profile(), lossless=True)
    emit("webp with a profile", out.getvalue())


print(
    json.dumps({"pillow": Image.__version__, "libtiff": features.version("libtiff"), "jpeg": features.version("jpg")}),
    file=sys.stderr,
)
for part in (gifs, tiffs, pngs, jpegs, webps):
    part()
