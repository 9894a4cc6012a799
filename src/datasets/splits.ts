/**
 * The split that a data set opens where the configuration names none: of VOC those whose annotations are public, of COCO
 * that of TorchRay's pointing game and of the Grad-CAM paper's.
 * @param name in the registry
 * @param year of VOC
 */
export function defaultSplit(name: string, year?: number): string {
  if (name === 'coco') return 'val2014';
  return name === 'voc' && year === 2007 ? 'test' : 'val';
}
