/*
 * The claims of the Grad-CAM paper (Selvaraju et al., ICCV 2017; IJCV 2020, whose sections are named here), and the rows
 * of results that say something about each. The first number is the one that is claimed to be below, above or level.
 */

const QUICKSTART = 'baseline/quickstart';
const quickstart = (network, method, value = 'loc_top1_error', box) => ({
  file: QUICKSTART,
  row: { network, method, ...(box && { box_rule: box }) },
  value,
});
const named = (label, number) => ({ ...number, label });
const mean = (file, row) => ({ file: `experiments/${file}`, row, value: 'value', low: 'low', high: 'high' });

/** The paired difference of the quickstart's run, which says more than two intervals that overlap. */
const alexnetPair = {
  file: 'experiments/quickstart.pairs',
  row: {
    network: 'alexnet',
    method_a: 'grad-cam',
    method_b: 'c-mwp',
    top: '1',
    box_rule_b: '>=0.15 of max, largest count, 8-connected, bilinear to image',
  },
  value: 'difference',
};

/** A paired difference over five seeds, with the paper's shares of attributes. */
const biasPair = (measure, over) => ({
  file: 'experiments/bias-measured.pairs',
  row: { pairs: '78-7', measure },
  value: 'difference',
  low: `${over}_low`,
  high: `${over}_high`,
});

/** Published localization errors, top-1, of some methods of a network. */
const errors = (network, methods) => (read) =>
  methods
    .map(([label, method]) => {
      const row = read('localization').rows.find(
        (one) => one.source === 'paper' && one.network === network && one.method === method,
      );
      return `${label} ${row.loc[1]}`;
    })
    .join('; ');

/** Published values of an experiment. */
const values = (name, dataset, entries) => (read) =>
  entries
    .map(([label, network, method, measure]) => {
      const row = read(name).rows.find(
        (one) =>
          one.network === network &&
          one.method === method &&
          one.dataset === dataset &&
          measure in one.values,
      );
      return `${label} ${row.values[measure]}`;
    })
    .join('; ');

const TABLE = '[quickstart](measurements/quickstart.md)';
const LOCALIZED = 'section 4.1, table 1';

const localization = [
  {
    claim: 'VGG-16: Grad-CAM’s boxes miss less often than those of c-MWP and backprop',
    where: LOCALIZED,
    run: TABLE,
    ours: [
      named('Grad-CAM', quickstart('vgg16', 'grad-cam')),
      named('c-MWP', quickstart('vgg16', 'c-mwp')),
      named('backprop', quickstart('vgg16', 'backprop')),
      named('centre', quickstart('vgg16', 'center-box')),
    ],
    published: errors('VGG-16', [
      ['Grad-CAM', 'grad-cam'],
      ['c-MWP', 'c-mwp'],
      ['backprop', 'backprop'],
    ]),
    verdict: { rule: 'below', control: true },
  },
  {
    claim: 'VGG-16: Grad-CAM needs no changed network, which CAM pays for in classification errors',
    where: LOCALIZED,
    run: TABLE,
    ours: [
      named('VGG-16', quickstart('vgg16', 'grad-cam', 'cls_top1_error')),
      named('VGG-16-GAP', quickstart('vgg16-gap', 'cam', 'cls_top1_error')),
    ],
    published: (read) => {
      const of = (network) => read('localization').rows.find((row) => row.network === network).cls[1];
      return `VGG-16 ${of('VGG-16')}; VGG-16-GAP ${of('VGG-16-GAP')}`;
    },
    verdict: { rule: 'below' },
  },
  {
    claim: 'AlexNet: Grad-CAM below c-MWP, in a network that CAM cannot explain',
    where: LOCALIZED,
    run: TABLE,
    ours: [
      named('Grad-CAM', quickstart('alexnet', 'grad-cam')),
      named('c-MWP', quickstart('alexnet', 'c-mwp')),
      named('Grad-CAM less c-MWP, paired', alexnetPair),
      named('centre', quickstart('alexnet', 'center-box')),
    ],
    published: errors('AlexNet', [
      ['Grad-CAM', 'grad-cam'],
      ['c-MWP', 'c-mwp'],
    ]),
    verdict: { rule: 'negative', numbers: [2], control: true },
  },
  ...['googlenet', 'resnet'].map((network) => ({
    claim: `${network === 'resnet' ? 'ResNet' : 'GoogLeNet'}: Grad-CAM below c-MWP and backprop`,
    where:
      network === 'resnet'
        ? 'not in the table; shown as pictures'
        : `${LOCALIZED} (without c-MWP and backprop)`,
    run: TABLE,
    ours: [
      named('Grad-CAM', quickstart(network, 'grad-cam')),
      named('c-MWP', quickstart(network, 'c-mwp')),
      named('backprop', quickstart(network, 'backprop')),
      named('centre', quickstart(network, 'center-box')),
    ],
    published: network === 'resnet' ? '–' : errors('GoogLeNet', [['Grad-CAM', 'grad-cam']]),
    verdict: { rule: 'below', control: true },
  })),
  ...[
    ['vgg16-gap', 'VGG-16-GAP'],
    ['googlenet', 'GoogLeNet'],
    ['resnet', 'ResNet'],
  ].map(([network, title]) => ({
    claim: `${title}: on networks that end in global average pooling, Grad-CAM is CAM`,
    where: 'section 3.1',
    run: TABLE,
    ours: [named('Grad-CAM', quickstart(network, 'grad-cam')), named('CAM', quickstart(network, 'cam'))],
    published:
      network === 'googlenet'
        ? errors('GoogLeNet', [
            ['Grad-CAM', 'grad-cam'],
            ['CAM', 'cam'],
          ])
        : '–',
    verdict: { rule: 'level' },
  })),
  {
    claim: 'Weakly supervised segmentation: Grad-CAM’s seeds give better masks after SEC than CAM’s',
    where: 'section 4.2',
    run: '[after SEC](measurements/sec.md)',
    ours: [
      named('Grad-CAM', {
        file: 'experiments/sec.segmenters',
        row: { network: 'sec-grad-cam', labels: 'none', crf: 'yes' },
        ...{ value: 'mean_iou', low: 'low', high: 'high' },
      }),
      named('CAM', {
        file: 'experiments/sec.segmenters',
        row: { network: 'sec-cam', labels: 'none', crf: 'yes' },
        ...{ value: 'mean_iou', low: 'low', high: 'high' },
      }),
    ],
    published: values('segmentation', 'voc', [
      ['Grad-CAM', 'VGG-16', 'grad-cam', 'mean_iou'],
      ['CAM', 'VGG-16', 'cam', 'mean_iou'],
    ]),
    verdict: { rule: 'above' },
  },
  ...[
    ['vgg16', 'VGG-16'],
    ['resnet', 'ResNet'],
  ].map(([network, title]) => ({
    claim: `${title}: Grad-CAM wins the pointing game against c-MWP, the class given`,
    where: 'section 4.3 (there with a reject option)',
    run: '[pointing](measurements/pointing.md)',
    ours: [
      ['Grad-CAM', 'grad-cam'],
      ['c-MWP', 'c-mwp'],
    ].map(([label, method]) =>
      named(label, {
        file: 'experiments/pointing',
        row: { network, method, subset: 'all' },
        value: 'pointing_accuracy',
      }),
    ),
    published: values('pointing', 'coco', [
      ['Grad-CAM', 'GoogLeNet', 'grad-cam', 'top5_reject'],
      ['c-MWP', 'GoogLeNet', 'c-mwp', 'top5_reject'],
    ]),
    verdict: { rule: 'above' },
  })),
];

const correlation = (network, method) =>
  mean('occlusion-correlation', { network, method, measure: 'rank_correlation' });

const explanations = [
  {
    claim: 'Grad-CAM and Guided Grad-CAM agree with occlusion better than guided backprop and c-MWP',
    where: 'section 5.3',
    run: '[occlusion](measurements/occlusion-correlation.md)',
    ours: [
      named('Grad-CAM', correlation('vgg16', 'grad-cam')),
      named('guided backprop', correlation('vgg16', 'guided-backprop')),
      named('c-MWP', correlation('vgg16', 'c-mwp')),
      named('Guided Grad-CAM', correlation('vgg16', 'guided-grad-cam')),
    ],
    digits: 3,
    published: values('occlusion-correlation', 'voc', [
      ['Grad-CAM', 'VGG-16', 'grad-cam', 'rank_correlation'],
      ['guided backprop', 'VGG-16', 'guided-backprop', 'rank_correlation'],
      ['c-MWP', 'VGG-16', 'c-mwp', 'rank_correlation'],
      ['Guided Grad-CAM', 'VGG-16', 'guided-grad-cam', 'rank_correlation'],
    ]),
    verdict: { rule: 'above', than: [1, 2] },
  },
  ...[
    [
      'vgg16',
      'VGG-16',
      'relu5_3',
      [
        ['relu4_3', 'relu4_3'],
        ['relu3_3', 'relu3_3'],
        ['relu2_2', 'relu2_2'],
      ],
    ],
    [
      'resnet',
      'ResNet',
      'layer4',
      [
        ['layer3', 'layer3'],
        ['layer2', 'layer2'],
        ['layer1', 'layer1'],
      ],
    ],
  ].map(([network, title, last, others]) => ({
    claim: `${title}: maps find the object best at the last convolution, and get worse towards the input (errors of boxes)`,
    where: 'section 3, appendix on layers',
    run: '[layer-sweep](measurements/layer-sweep.md)',
    ours: [[last, last], ...others].map(([label, layer]) =>
      named(label, mean('layer-sweep', { network, layer, measure: 'localization_error' })),
    ),
    published: 'pictures',
    verdict: { rule: 'below' },
  })),
  ...[
    ['vgg16', 'VGG-16'],
    ['resnet', 'ResNet'],
  ].map(([network, title]) => ({
    claim: `${title}: the counterfactual map shows what would change the decision: it stays off the object`,
    where: 'section 3.3',
    run: '[counterfactual](#counterfactual-maps)',
    ours: [
      named('counterfactual', {
        file: 'experiments/counterfactual',
        row: { network, method: 'counterfactual-grad-cam', subset: 'all' },
        value: 'energy_inside',
      }),
      named('same everywhere', {
        file: 'experiments/counterfactual',
        row: { network, method: 'center', subset: 'all' },
        value: 'energy_inside',
      }),
      named('Grad-CAM', {
        file: 'experiments/counterfactual',
        row: { network, method: 'grad-cam', subset: 'all' },
        value: 'energy_inside',
      }),
    ],
    unit: '% inside',
    published: 'pictures',
    verdict: { rule: 'below' },
  })),
];

const NETWORKS = [
  ['vgg16', 'VGG-16'],
  ['resnet', 'ResNet'],
];

const failed = (network, images) => ({
  file: 'experiments/failure-analysis',
  row: { network, method: 'grad-cam', images },
  value: 'pointed',
});

const attacked = (file, network, measure) => mean(file, { network, method: 'grad-cam', measure });

const ATTACKED = [
  ['adversarial', 'vgg16', 'VGG-16'],
  ['adversarial', 'resnet', 'ResNet'],
  ['adversarial', 'googlenet', 'GoogLeNet'],
  ['adversarial-sample', 'squeezenet1.1', 'SqueezeNet, photographs'],
  ['adversarial-sample', 'mobilenet_v1_0.75', 'MobileNet, photographs'],
];

const diagnosis = [
  ...ATTACKED.map(([file, network, title]) => ({
    claim: `${title}: the true class’s map still finds its object when the network is sure of a false class (p > 0.9999)`,
    where: 'section 6.2',
    run: '[adversarial](measurements/adversarial.md)',
    ours: [
      named('energy inside', attacked(file, network, 'energy_inside_after')),
      named('minus false class', attacked(file, network, 'energy_above_target_after')),
      named('minus same everywhere', attacked(file, network, 'energy_above_uniform_after')),
      named('before', attacked(file, network, 'energy_inside_before')),
    ],
    published: 'one picture (VGG-16)',
    verdict: { rule: 'positive', numbers: [1, 2] },
  })),
  ...NETWORKS.map(([network, title]) => ({
    claim: `${title}: failures have reasons: the true class’s map finds its object where the network is wrong, too`,
    where: 'section 6.1',
    run: '[failure-analysis](measurements/failure-analysis.md)',
    ours: [
      named('wrong, true class', failed(network, 'wrong images, true class')),
      named('wrong, predicted class', failed(network, 'wrong images, predicted class')),
      named('right', failed(network, 'right images, true class')),
    ],
    unit: '% pointed',
    published: 'pictures',
    verdict: 'not decidable here: whether the reasons are good ones, a reader of the pictures judges',
  })),
  {
    claim: 'Maps reveal bias in the training data, and a balanced set removes it',
    where: 'section 6.3',
    run: '[bias](measurements/bias.md)',
    ours: [
      named('accuracy, balanced less biased', biasPair('accuracy', 'seeds')),
      named('with the unusual attribute', biasPair('accuracy_other_attribute', 'seeds')),
      named('energy on the object', biasPair('energy_on_object', 'seeds')),
    ],
    unit: 'points',
    published: 'test accuracy 82 → 90',
    verdict: { rule: 'positive', numbers: [0, 1, 2] },
  },
  ...NETWORKS.map(([network, title]) => ({
    claim: `${title}: the units of the largest α explain a decision in words: they are named after it, more than by chance`,
    where: 'section 7',
    run: '[neuron-importance](measurements/neuron-importance.md)',
    ours: ['most important', 'by chance', 'least important'].map((method) =>
      named(method, mean('neuron-importance', { network, method, measure: 'decision_named' })),
    ),
    unit: '%',
    published: 'examples',
    verdict: { rule: 'above' },
  })),
];

const undecided = [
  ['Guided Grad-CAM helps people to tell the classes of a picture apart', '5.1', 'answers of people'],
  ['Guided Grad-CAM helps people to see which of two networks to trust', '5.2', 'answers of people'],
  ['Grad-CAM explains captions, and dense captions of regions', '8.1', 'no captioning network here'],
  [
    'Grad-CAM explains answers to questions about pictures, in a ResNet of 200 layers, too',
    '8.2',
    'no such network here',
  ],
].map(([claim, section, why]) => ({
  ...{ claim, where: `section ${section}`, run: '–', ours: '–', published: 'in the paper' },
  verdict: `not decidable here: ${why}`,
}));

/** By the names of their places in docs/claims.md. */
export const CLAIMS = { localization, explanations, diagnosis, undecided };
