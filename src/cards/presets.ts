/*
 * Preprocessing that people know by a name. The arithmetic of all is that of `model.input`: (pixel · scale − mean) / std, pixel
 * in 0…255, mean and std in the order of the network's channels.
 */

/** Names of the presets, in the order in which messages list them. */
export const PRESETS = [
  'torchvision',
  'keras-tf',
  'keras-caffe',
  'keras-torch',
  'caffe-bgr',
  'tf-slim',
  'timm',
  'clip',
  'zero-one',
  'raw',
] as const;
export type PresetName = (typeof PRESETS)[number];

/** Keys of `model.input` as a card or a configuration writes them. */
export type InputKeys = Readonly<Record<string, unknown>>;

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const WHOLE = { resize: 'warp', color: 'rgb' } as const;

/** All but `timm`, whose numbers lie in a file beside each model. They do not say how large the input is. */
const FIXED: Readonly<Record<Exclude<PresetName, 'timm'>, (size: number) => InputKeys>> = {
  // Resize(256) and CenterCrop(224), ToTensor, Normalize.
  torchvision: () => ({ resize: 'crop', color: 'rgb', scale: '1/255', ...IMAGENET }),
  // keras.applications.imagenet_utils.preprocess_input, mode `tf`: x / 127.5 − 1.
  'keras-tf': () => ({ ...WHOLE, scale: '1/127.5', mean: 1, std: 1 }),
  // Mode `caffe`: BGR minus ImageNet's mean, no scale.
  'keras-caffe': () => ({ resize: 'warp', color: 'bgr', scale: 1, mean: [103.939, 116.779, 123.68], std: 1 }),
  // Mode `torch`: torchvision's numbers on the whole picture.
  'keras-torch': () => ({ ...WHOLE, scale: '1/255', ...IMAGENET }),
  // BVLC's networks with one mean a channel, as their deploy scripts round it.
  'caffe-bgr': () => ({ resize: 'warp', color: 'bgr', scale: 1, mean: [104, 117, 123], std: 1 }),
  // inception_preprocessing.py: the central 87.5 %, then (x / 255 − 0.5) · 2. The default short side is size / 0.875.
  'tf-slim': () => ({ resize: 'crop', color: 'rgb', scale: '1/127.5', mean: 1, std: 1 }),
  // OpenAI's: bicubic, the short side is the size itself.
  clip: (size) => ({
    ...{ resize: 'crop', short_side: size, interpolation: 'bicubic', color: 'rgb', scale: '1/255' },
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  }),
  'zero-one': () => ({ ...WHOLE, scale: '1/255', mean: 0, std: 1 }),
  raw: () => ({ ...WHOLE, scale: 1, mean: 0, std: 1 }),
};

/**
 * What a preset says about an input.
 * @param size longer side of the network's input in pixels: some scale the short side by it
 */
export function presetInput(name: Exclude<PresetName, 'timm'>, size: number): InputKeys {
  return FIXED[name](size);
}
