// One picture, explained by two methods: node explain.mjs [MODEL.onnx] [PICTURE] [OUT.png]
import { writeFile } from 'node:fs/promises';
import { boxOfMap, DEFAULT_BOX_RULE, drawMap, encodePng, loadModel } from 'explanation-bench';

const here = (path) => new URL(path, import.meta.url);
const model = process.argv[2] ?? here('../../models/squeezenet1.1.onnx');
const picture = process.argv[3] ?? here('../photos/cat.jpg');

// How a network wants its pixels is written in the card beside it; `preset` and `input` say it for others.
const network = await loadModel(model, { methods: ['grad-cam', 'guided-backprop'], top: 3 });
try {
  const { classes, geometry } = await network.explain(picture);
  for (const { name, probability, maps } of classes) {
    console.log(`${name}: ${probability.toFixed(3)}`);
    for (const map of maps) {
      const box = boxOfMap(map, geometry, DEFAULT_BOX_RULE);
      console.log(
        `  ${map.method} at ${map.layer}, ${map.width} × ${map.height}: box ${JSON.stringify(box)}`,
      );
    }
  }
  const out = process.argv[4];
  if (out !== undefined) {
    await writeFile(out, await encodePng(await drawMap(picture, classes[0].maps[0], geometry)));
  }
} finally {
  await network.close();
}
