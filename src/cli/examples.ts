/** One for each command: what a reader can copy and change. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  run: 'bench run configs/quickstart.yaml',
  worker: 'bench worker --queue redis://localhost:6379',
  merge: 'bench merge out/vgg16/shard-* --out out/merged',
  check: 'bench check out/quickstart --baseline results/baseline/quickstart.csv',
  compare: 'bench compare out/before out/after',
  alpha: 'bench alpha config.yaml --images held-out.txt',
  explain: 'bench explain photo.jpg --config configs/quickstart.yaml:vgg16 --method grad-cam',
  layers: 'bench layers model.onnx',
  list: 'bench list',
  fetch: 'bench fetch vgg16',
  convert: 'bench convert deploy.prototxt weights.caffemodel model.onnx',
};
