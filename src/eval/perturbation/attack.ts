import { type Normaliser, probabilitiesOver } from '../../base/probabilities.js';
import type { Random } from '../../base/random.js';
import type { ScoresAndGradients } from '../../base/scores-and-gradients.js';
import type { PixelScale } from '../../images/pixel-scale.js';

/** Iterative FGSM starts at the image, PGD at a random point within the bound. */
type AttackKind = 'fgsm' | 'pgd';

/** The part of the preprocessing that an attack must know. */
type Bounds = Pick<PixelScale, 'gain' | 'black'>;

export interface AttackOptions {
  readonly kind: AttackKind;
  /** The L∞ bound, in pixels of 0…255. */
  readonly epsilon: number;
  /** The length of one step, in the same unit. */
  readonly step: number;
  readonly iterations: number;
  /** It stops once the target class has more than this probability. */
  readonly confidence: number;
  /** What turns the network's scores into probabilities; softmax when absent. */
  readonly probability?: readonly Normaliser[];
}

/** Asks the network about one image [3, H, W]: gradients of the target's score, then of the rival's. */
export type AttackProbe = (
  image: Float32Array,
  target: number,
  rival: number,
) => Promise<ScoresAndGradients> | ScoresAndGradients;

export interface AttackResult {
  /** [3, H, W] within the bound and within what pixels can be; the image itself when nothing had to be done. */
  readonly image: Float32Array;
  readonly scores: Float32Array;
  /** Steps that were made. */
  readonly steps: number;
  /** The target has more than the asked-for probability. */
  readonly reached: boolean;
}

/** The best class but one. */
function rivalOf(scores: Float32Array, target: number): number {
  let best = target === 0 ? 1 : 0;
  for (let c = 0; c < scores.length; c++) if (c !== target && scores[c]! > scores[best]!) best = c;
  return best;
}

/** Every value within the bound around the original, and within what a pixel can be. [3, H, W], in place. */
function project(image: Float32Array, original: Float32Array, epsilon: number, scale: Bounds): void {
  const area = image.length / 3;
  for (let i = 0; i < image.length; i++) {
    const channel = Math.floor(i / area);
    const gain = scale.gain[channel]!;
    const black = scale.black[channel]!;
    const from = Math.max(original[i]! - epsilon * gain, black);
    const to = Math.min(original[i]! + epsilon * gain, black + 255 * gain);
    image[i] = Math.min(Math.max(image[i]!, from), to);
  }
}

/**
 * A targeted attack under an L∞ bound: x ← Π(x + step · sign(∂(y_target − y_rival)/∂x)). The rival is the best other
 * class at that step, so that the sign is that of the deciding margin. Two gradients cost as much as two classes.
 * Iterative FGSM: Kurakin, Goodfellow and Bengio, "Adversarial examples in the physical world" (2017), equation 3;
 * PGD: Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks" (2018), section 2.
 *
 * @param original [3, H, W], preprocessed; it is not changed
 * @param scores the network's of the original
 */
export async function attack(
  original: Float32Array,
  scores: Float32Array,
  target: number,
  scale: Bounds,
  probe: AttackProbe,
  options: AttackOptions,
  random: Random,
): Promise<AttackResult> {
  const { kind, epsilon, step, iterations, confidence, probability = ['softmax'] } = options;
  const area = original.length / 3;
  const image = Float32Array.from(original);
  if (kind === 'pgd') {
    for (let i = 0; i < image.length; i++) {
      image[i] = image[i]! + (2 * random() - 1) * epsilon * scale.gain[Math.floor(i / area)]!;
    }
    project(image, original, epsilon, scale);
  }
  let current = scores;
  for (let steps = 0; ; steps++) {
    const { scores: answer, gradients } = await probe(image, target, rivalOf(current, target));
    current = answer;
    const reached = probabilitiesOver(probability, current)(current[target]!) > confidence;
    if (reached || steps === iterations) return { image, scores: Float32Array.from(current), steps, reached };
    for (let i = 0; i < image.length; i++) {
      const slope = gradients[i]! - gradients[image.length + i]!;
      image[i] = image[i]! + Math.sign(slope) * step * scale.gain[Math.floor(i / area)]!;
    }
    project(image, original, epsilon, scale);
  }
}
