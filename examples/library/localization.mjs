// Localization error of two methods on a data set, and whether they differ: node localization.mjs [IMAGES]
import { fileURLToPath } from 'node:url';
import { evaluateLocalization, loadModel, openDataset, pairedDifference } from 'explanation-bench';

const here = (path) => new URL(path, import.meta.url);
const count = Number(process.argv[2] ?? 20);
const METHODS = ['grad-cam', 'backprop'];

// Drawn scenes and a small network that was trained on them: a demonstration.
const root = fileURLToPath(here('../../datasets/quickstart/imagenet'));
const scenes = await openDataset({ name: 'imagenet', root });
const network = await loadModel(here('../../models/quickstart/alexnet.onnx'), {
  methods: METHODS,
  top: 5,
  input: { size: 224, scale: 1 / 255, mean: 0.5, std: 0.25 },
  labels: scenes.classes.map(({ name }) => name),
});

async function* samples() {
  for (const id of scenes.ids.slice(0, count)) yield scenes.load(id);
}

/** The images as the evaluator wants them: guesses with the map of one method, and the ground truth. */
async function* judged(method) {
  const pictureOf = ({ imagePath }) => imagePath;
  for await (const { item, classes, geometry } of network.explainAll(samples(), { batch: 8, pictureOf })) {
    const guesses = classes.map(({ index, maps }) => ({ classIndex: index, map: maps[method] }));
    yield { guesses, truth: item.objects, labels: item.labels, blacklisted: item.blacklisted, geometry };
  }
}

const percent = (value) => `${value.toFixed(1)} %`;
try {
  const results = [];
  for (const [method, name] of METHODS.entries()) {
    const result = await evaluateLocalization(judged(method));
    results.push(result);
    for (const { k, localization } of result.top) {
      const { n, low, high } = localization;
      console.log(
        `${name}, top-${k}: ${percent(localization.percent)} (${percent(low)} to ${percent(high)}), n = ${n}`,
      );
    }
  }
  const [a, b] = results.map((result) => result.outcomes('localization', 1));
  const { estimate, low, high } = pairedDifference(a, b);
  console.log(
    `${METHODS.join(' minus ')}, top-1: ${percent(estimate)} (${percent(low)} to ${percent(high)})`,
  );
} finally {
  await network.close();
}
