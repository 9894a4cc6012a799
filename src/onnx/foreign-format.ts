import { adviceOn, type Kind } from './formats.js';

/*
 * What people hand in as a model that is none of ONNX's: told by the bytes, because names are often wrong.
 */

/** Bytes of a file's beginning and end that `foreignFormat` wants to see. */
export const HEAD = 1 << 16;
export const TAIL = 1 << 18;

const starts = (head: Buffer, ...bytes: readonly number[]) =>
  head.length >= bytes.length && bytes.every((byte, i) => head[i] === byte);
const says = (head: Buffer, text: string, at = 0) =>
  head.subarray(at, at + text.length).toString('latin1') === text;

/** Names in a zip archive's directory, which stands at its end. */
function zipNames(tail: Buffer): string[] {
  const names: string[] = [];
  for (let at = tail.indexOf('PK\x01\x02'); at >= 0; at = tail.indexOf('PK\x01\x02', at + 4)) {
    if (at + 46 > tail.length) break;
    names.push(tail.subarray(at + 46, at + 46 + tail.readUInt16LE(at + 28)).toString('latin1'));
  }
  return names;
}

function zipKind(head: Buffer, tail: Buffer): Kind {
  // Where the directory is too long to be seen, the first file's name is a hint.
  const first = head.length > 30 ? head.subarray(30, 30 + head.readUInt16LE(26)).toString('latin1') : '';
  const names = [first, ...zipNames(tail)];
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/(^|\/)(code\/__torch__|code\/.*\.py$|constants\.pkl$)/)) return 'torchScript';
  if (has(/(serialized_exported_program\.json|models\/model\.json|archive_format)$/)) return 'torchExport';
  if (has(/(^|\/)(data\.pkl|\.format_version|\.data\/serialization_id|byteorder)$/)) return 'torch';
  if (has(/^model\.weights\.h5$/) || (has(/^config\.json$/) && has(/^metadata\.json$/))) return 'keras';
  if (has(/\.npy$/)) return 'numpy';
  return 'zip';
}

function isSafetensors(head: Buffer, size: number): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = head.readBigUInt64LE(0);
  return length >= 2n && length <= BigInt(size) - 8n && /^\{\s*["}]/.test(head.toString('latin1', 8, 40));
}

/** The two ends of a protobuf field of bytes at `at`, when it is one that lies whole in the head. */
function delimited(head: Buffer, at: number): { readonly from: number; readonly to: number } | undefined {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = head[at + 1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { from: at + 2 + i, to: at + 2 + i + length };
  }
  return undefined;
}

/** A GraphDef is a list of nodes, each a name and an operator. */
function isGraphDef(head: Buffer): boolean {
  const node = head[0] === 0x0a ? delimited(head, 0) : undefined;
  const name = node && head[node.from] === 0x0a ? delimited(head, node.from) : undefined;
  const op = name && head[name.to] === 0x12 ? delimited(head, name.to) : undefined;
  return op !== undefined && /^[A-Z]\w+$/.test(head.toString('latin1', op.from, op.to));
}

/** A NetParameter is a name, then layers (field 100, or 2 in older files), or inputs (fields 3 and 4). */
function isCaffe(head: Buffer): boolean {
  const name = head[0] === 0x0a ? delimited(head, 0) : undefined;
  const at = name === undefined ? 0 : name.to;
  if (starts(head.subarray(at), 0xa2, 0x06)) return true;
  const layer = name !== undefined && head[at] === 0x12 ? delimited(head, at) : undefined;
  // Its first field: name and type, or in older files bottoms, tops and name.
  return layer !== undefined && [0x0a, 0x12, 0x1a, 0x22].includes(head[layer.from]!);
}

function textKind(head: Buffer): Kind | undefined {
  const text = head.toString('utf8', 0, 4096).trimStart();
  if (/^(<!doctype html|<html)/i.test(text)) return 'page';
  if (/^<\?xml[^>]*\?>\s*<net\s|^<net\s/.test(text)) return 'openVino';
  if (/^\{/.test(text) && head.includes('"modelTopology"')) return 'tensorflowJs';
  if (/^\s*layers?\s*\{/m.test(text)) return 'caffe';
  return undefined;
}

/** What no ONNX file begins with. */
function certainKind(head: Buffer, tail: Buffer, size: number): Kind | undefined {
  if (starts(head, 0x50, 0x4b, 3, 4)) return zipKind(head, tail);
  if (starts(head, 0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) return 'hdf5';
  if (says(head, 'TFL3', 4)) return 'tflite';
  if (says(head, 'ORTM', 4)) return 'ort';
  if (isSafetensors(head, size)) return 'safetensors';
  // The magic number of the format that torch.save had before version 1.6.
  if (starts(head, 0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8)) return 'torch';
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head.length > 2) return 'pickle';
  if (says(head, '\x93NUMPY')) return 'numpy';
  if (starts(head, 0x1f, 0x8b) || says(head, 'BZh') || says(head, '\xfd7zXZ') || says(head, '7z\xbc\xaf'))
    return 'packed';
  if (starts(head, 0x28, 0xb5, 0x2f, 0xfd) || says(head, 'ustar', 257)) return 'packed';
  if (starts(head, 0xff, 0xd8, 0xff) || says(head, '\x89PNG') || says(head, 'GIF8')) return 'picture';
  return textKind(head);
}

/** What only a reader that found no ONNX model there may ask: protobuf's messages look alike. */
function likelyKind(head: Buffer): Kind | undefined {
  if (head.includes('saved_model_main_op') || head.includes('__saved_model')) return 'savedModel';
  // saved_model_schema_version, then a meta graph that begins with its tags.
  const meta = starts(head, 0x08, 0x01, 0x12) ? delimited(head, 2) : undefined;
  if (meta !== undefined && head[meta.from] === 0x0a && head.includes('serve')) return 'savedModel';
  if (isGraphDef(head)) return 'graphDef';
  if (isCaffe(head)) return 'caffe';
  return undefined;
}

/**
 * What a file is that is no ONNX model, and what to do: "not an ONNX model but a file of PyTorch …: …".
 * @param head its first bytes, at most HEAD
 * @param tail its last ones, at most TAIL
 * @param size bytes of the whole file
 * @param certain only what no ONNX model can be
 * @returns undefined when the bytes say nothing
 */
export function foreignFormat(
  path: string,
  head: Buffer,
  tail: Buffer,
  size: number,
  certain: boolean,
): string | undefined {
  const kind = certainKind(head, tail, size) ?? (certain ? undefined : likelyKind(head));
  return kind && adviceOn(kind, path);
}
