/**
 * `node crf-error.mjs SEGMENTER.onnx [images]`: the approximate dense CRF against the exact one, on the quickstart's scenes
 * made so small that all pairs of pixels fit; then its time on whole scenes. Needs `npm run build`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { allPairs, MOST_POINTS } from '../../dist/eval/crf/all-pairs.js';
import { denseCrf, SEC_CRF, scaledCrf } from '../../dist/eval/crf/dense-crf.js';
import { permutohedral } from '../../dist/eval/crf/permutohedral.js';
import { labelMaps } from '../../dist/eval/masks/segmented.js';
import { decodeImage } from '../../dist/images/decode.js';

const [model, count = '20'] = process.argv.slice(2);
if (!model) throw new Error('usage: crf-error.mjs SEGMENTER.onnx [images]');
const voc = fileURLToPath(new URL('../../datasets/quickstart/VOCdevkit/VOC2012', import.meta.url));
const ids = readFileSync(join(voc, 'ImageSets/Segmentation/val.txt'), 'utf8').trim().split('\n');
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
const input = session.inputMetadata[0].shape[2];

/** Probabilities of the labels that reach 1 %, drawn on a picture of this size. */
async function mapsOf(path, size) {
  const pixels = await sharp(path).resize(input, input, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  const area = input * input;
  const x = Float32Array.from({ length: 3 * area }, (_, i) => {
    return (pixels[(i % area) * 3 + Math.floor(i / area)] / 255 - 0.5) / 0.25;
  });
  const { scores } = await session.run({ input: new ort.Tensor('float32', x, [1, 3, input, input]) });
  const [, channels, height, width] = scores.dims;
  const labels = Array.from({ length: channels }, (_, label) => ({ label, channels: [label] }));
  const geometry = { image: size, region: { x: 0, y: 0, ...size } };
  const maps = labelMaps({ data: scores.data, channels, height, width }, labels, geometry);
  return maps.filter(({ map }) => map.data.some((value) => value >= 0.01));
}

function energiesOf(maps) {
  const pixels = maps[0].map.data.length;
  const out = new Float32Array(maps.length * pixels);
  maps.forEach(({ map }, l) => {
    map.data.forEach((value, i) => {
      out[l * pixels + i] = -Math.log(Math.max(1e-5, value));
    });
  });
  return out;
}

function best(q, labels, i, pixels) {
  let at = 0;
  for (let l = 1; l < labels; l++) if (q[l * pixels + i] > q[at * pixels + i]) at = l;
  return at;
}

/** CPU seconds, whatever else the machine does. */
function timed(run) {
  const before = process.cpuUsage();
  const value = run();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 };
}

let [difference, values, same, moved, pixelsSeen] = [0, 0, 0, 0, 0];
const time = { exact: 0, small: 0, whole: 0, pixels: 0, labels: 0, images: 0 };
for (const id of ids.slice(0, Number(count))) {
  const path = join(voc, 'JPEGImages', `${id}.jpg`);
  const whole = await decodeImage(path);
  const factor = Math.sqrt(MOST_POINTS / (whole.width * whole.height));
  const size = { width: Math.floor(whole.width * factor), height: Math.floor(whole.height * factor) };
  const pixels = size.width * size.height;
  const data = await sharp(path)
    .resize(size.width, size.height, { fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const picture = { data: new Uint8Array(data), ...size };
  const maps = await mapsOf(path, size);
  if (maps.length < 2) continue;
  const energies = energiesOf(maps);
  const own = scaledCrf(SEC_CRF, 0.5 * factor);
  const exact = timed(() => denseCrf(energies, picture, own, allPairs));
  const lattice = timed(() => denseCrf(energies, picture, own, permutohedral));
  exact.value.forEach((value, i) => {
    difference += Math.abs(value - lattice.value[i]);
  });
  values += exact.value.length;
  const raw = energies.map((energy) => -energy);
  for (let i = 0; i < pixels; i++) {
    const of = (q) => best(q, maps.length, i, pixels);
    const wanted = of(exact.value);
    if (wanted === of(lattice.value)) same++;
    if (wanted !== of(raw)) moved++;
  }
  pixelsSeen += pixels;
  time.exact += exact.seconds;
  time.small += lattice.seconds;
  const large = await mapsOf(path, { width: whole.width, height: whole.height });
  const spent = timed(() => denseCrf(energiesOf(large), whole, scaledCrf(SEC_CRF, 0.5)));
  time.whole += spent.seconds;
  time.pixels += whole.width * whole.height;
  time.labels += large.length;
  time.images++;
}
const each = (value, digits) => (value / time.images).toFixed(digits);
console.log(
  `${time.images} scenes of at most ${MOST_POINTS} pixels: mean difference of a probability ${(difference / values).toFixed(4)}`,
);
console.log(
  `pixels with the same label ${((100 * same) / pixelsSeen).toFixed(2)} %; the exact CRF moved ${((100 * moved) / pixelsSeen).toFixed(2)} %`,
);
console.log(`CPU seconds a scene: exact ${each(time.exact, 2)}, approximate ${each(time.small, 2)}`);
console.log(
  `whole scenes, ${each(time.pixels, 0)} pixels and ${each(time.labels, 1)} labels: ${each(time.whole, 2)} CPU seconds`,
);
