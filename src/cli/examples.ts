/** A command line that a reader can copy and change, and what it does. */
export type Example = readonly [command: string, does: string];

/** Two for each command: shown in its help, and the first one wherever a part of the command line is missing. */
export const EXAMPLES: Readonly<Record<string, readonly [Example, Example]>> = {
  run: [
    ['bench run configs/quickstart.yaml', 'the table of the shipped demonstration'],
    ['bench run configs/vgg16.yaml --limit 500 --out out/first-500', 'a part of the images, into a folder'],
  ],
  worker: [
    ['bench worker --queue redis://localhost:6379', 'compute for the runs of this queue'],
    ['bench worker here.yaml --queue redis://host:6379 --stay', 'data in another place; wait for more runs'],
  ],
  merge: [
    ['bench merge out/vgg16/shard-* --out out/merged', 'join all shards of a run'],
    ['bench merge a/shard-1-of-2 b/shard-2-of-2 --out out/merged', 'shards from two machines'],
  ],
  check: [
    ['bench check out/quickstart --baseline results/baseline/quickstart.csv', 'fail when an error grew'],
    ['bench check out/vgg16 --paper --tolerance 2', 'the paper’s values: which are within two points'],
  ],
  compare: [
    ['bench compare out/before out/after', 'which decisions flipped'],
    ['bench compare out/before out/after --format markdown', 'the same for a pull request'],
  ],
  judge: [
    [
      'bench judge maps/torchcam --dataset imagenet:/data/imagenet',
      'the localization table of maps that were made elsewhere',
    ],
    [
      'bench judge maps/* --dataset voc:/data/VOCdevkit --experiment pointing --partial',
      'several makers side by side; images without maps are left out',
    ],
  ],
  maps: [
    ['bench maps configs/vgg16.yaml --out maps/vgg16', 'the maps of a configuration as files'],
    ['bench maps configs/quickstart.yaml --out maps/quickstart --limit 20', 'of the first images'],
  ],
  leaderboard: [
    ['bench leaderboard out/vgg16 out/judge-torchcam', 'the rows of several results, ranked'],
    ['bench leaderboard out/a out/b --format markdown', 'the same for a page'],
  ],
  alpha: [
    ['bench alpha config.yaml --images held-out.txt', 'search α on the images that the file lists'],
    [
      'bench alpha config.yaml --images held-out.txt --set batch=4',
      'with a key of the configuration changed',
    ],
  ],
  explain: [
    ['bench explain photo.jpg', 'the shipped network, Grad-CAM, the best three classes'],
    ['bench explain photos/ --model model.onnx --preset torchvision', 'a folder, and a network of your own'],
  ],
  compile: [
    [
      'bench compile model.onnx --method grad-cam,guided-backprop -o explained.onnx',
      'two maps for each class',
    ],
    [
      'bench compile model.onnx --embed-preprocessing --resize input -o explained.onnx',
      "pictures in, maps of the input's size out",
    ],
  ],
  card: [
    ['bench card model.onnx --preset torchvision --labels imagenet', 'write what the network expects'],
    ['bench card model.onnx', 'print it'],
  ],
  layers: [
    ['bench layers model.onnx', 'score, layers and methods of an ONNX file'],
    ['bench layers model.onnx --size 224', 'for a model whose input size is open'],
  ],
  list: [
    ['bench list', 'all that is here'],
    ['bench list | grep grad', 'methods whose names or papers match'],
  ],
  fetch: [
    ['bench fetch vgg16', 'download one network'],
    ['bench fetch --list', 'what can be downloaded'],
  ],
  cache: [
    ['bench cache', 'what was fetched and compiled, and how large it is'],
    ['bench cache --clear compiled', 'remove the compiled graphs; the next run makes them again'],
  ],
  convert: [
    ['bench convert deploy.prototxt weights.caffemodel model.onnx', 'a Caffe network as an ONNX file'],
    [
      'bench convert deploy.prototxt weights.caffemodel model.onnx --input-size 224 224',
      'for images of another size',
    ],
  ],
  doctor: [
    ['bench doctor', 'what this machine has and lacks'],
    ['BENCH_CACHE=/data/cache bench doctor', 'the same with another cache folder'],
  ],
  completion: [
    ['bench completion >> ~/.bashrc', 'complete commands and options with the Tab key, in bash'],
    ['bench completion >> ~/.zshrc', 'the same in zsh'],
  ],
};

/** The one to show where something is missing. */
export function exampleOf(command: string): string {
  return EXAMPLES[command]![0][0];
}
