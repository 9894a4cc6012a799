/** What figures call a method: as its paper writes it. */
const TITLES: Readonly<Record<string, string>> = {
  'grad-cam': 'Grad-CAM',
  cam: 'CAM',
  backprop: 'Backprop',
  'guided-backprop': 'Guided backprop',
  deconvnet: 'Deconvnet',
  'guided-grad-cam': 'Guided Grad-CAM',
  mwp: 'MWP',
  'c-mwp': 'c-MWP',
  'counterfactual-grad-cam': 'Counterfactual Grad-CAM',
  'grad-cam++': 'Grad-CAM++',
  'xgrad-cam': 'XGrad-CAM',
  'layer-cam': 'LayerCAM',
  'hires-cam': 'HiResCAM',
  'eigen-cam': 'Eigen-CAM',
  'input-x-gradient': 'Input × gradient',
  'integrated-gradients': 'Integrated gradients',
  'smooth-grad': 'SmoothGrad',
  occlusion: 'Occlusion',
  'score-cam': 'Score-CAM',
  rise: 'RISE',
};

/** A method's title; its name where it has none. */
export function methodTitle(name: string): string {
  return TITLES[name] ?? name;
}
