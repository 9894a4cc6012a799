import { ConfigError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { backprop } from './backprop.js';
import { cam } from './cam.js';
import { counterfactualGradCam } from './counterfactual-grad-cam.js';
import { deconvnet } from './deconvnet.js';
import { eigenCam } from './eigen-cam.js';
import { gradCam } from './grad-cam.js';
import { gradCamPlusPlus } from './grad-cam-plus-plus.js';
import { guidedBackprop } from './guided-backprop.js';
import { guidedGradCam } from './guided-grad-cam.js';
import { hiResCam } from './hires-cam.js';
import { inputXGradient } from './input-x-gradient.js';
import { integratedGradients } from './integrated-gradients.js';
import { layerCam } from './layer-cam.js';
import { isMultiPass, type Method, type MultiPassMethod } from './method.js';
import { contrastiveMwp, mwp } from './mwp.js';
import { occlusion } from './occlusion.js';
import { rise } from './rise.js';
import { scoreCam } from './score-cam.js';
import { smoothGrad } from './smooth-grad.js';
import { xGradCam } from './xgrad-cam.js';

/** Every explanation method by its name; a new one is one file and one entry here. */
export const methods: ReadonlyMap<string, Method | MultiPassMethod> = new Map(
  [
    gradCam,
    cam,
    backprop,
    guidedBackprop,
    deconvnet,
    guidedGradCam,
    mwp,
    contrastiveMwp,
    counterfactualGradCam,
    gradCamPlusPlus,
    xGradCam,
    layerCam,
    hiResCam,
    eigenCam,
    inputXGradient,
    integratedGradients,
    smoothGrad,
    occlusion,
    scoreCam,
    rise,
  ].map((method) => [method.name, method] as const),
);

/** Throws ConfigError for a name that is not registered. */
export function methodNamed(name: string): Method | MultiPassMethod {
  const method = methods.get(name);
  if (method === undefined) {
    const names = [...methods.keys()];
    throw new ConfigError(`unknown method "${name}"${didYouMean(name, names)}; methods: ${names.join(', ')}`);
  }
  return method;
}

/** Methods that take no notice of `model.layer`. */
export function methodsWithOwnLayer(): readonly string[] {
  return [...methods.values()].flatMap((method) =>
    !isMultiPass(method) && method.defaultLayer !== undefined ? [method.name] : [],
  );
}
