// What a TypeScript program sees of the package. `tsc` checks this file in an empty project.
import {
  BenchError,
  type Explanation,
  evaluateLocalization,
  type LocalizationImage,
  loadModel,
  type Model,
} from 'explanation-bench';
import { type Box, iou } from 'explanation-bench/eval';

export function judgedImage({ classes, geometry }: Explanation, box: Box): LocalizationImage {
  const guesses = classes.map(({ index, maps }) => ({ classIndex: index, map: maps[0] }));
  return { guesses, truth: [{ classIndex: 0, box }], geometry };
}

export async function errorOf(path: string, pictures: readonly string[], box: Box): Promise<number> {
  const model: Model = await loadModel(path, {
    methods: ['grad-cam', { name: 'cam' }],
    preset: 'torchvision',
  });
  try {
    const images: LocalizationImage[] = [];
    for await (const explanation of model.explainAll(pictures, { signal: AbortSignal.timeout(60_000) })) {
      const picture: string = explanation.item;
      if (picture !== '') images.push(judgedImage(explanation, box));
    }
    const { top } = await evaluateLocalization(images);
    return top[0]?.localization.percent ?? 100 * (1 - iou(box, box));
  } catch (error) {
    if (error instanceof BenchError) return Number.NaN;
    throw error;
  } finally {
    await model.close();
  }
}
