import { describe, expect, it } from 'vitest';
import { didYouMean, hint, nearest } from '../../src/base/nearest.js';

describe('nearest', () => {
  const methods = ['cam', 'grad-cam', 'grad-cam++', 'c-mwp', 'backprop'];

  it.each([
    ['grad-cma', 'grad-cam'],
    ['GradCAM', 'grad-cam'],
    ['grad_cam', 'grad-cam'],
    ['GRAD CAM++', 'grad-cam++'],
    ['CMWP', 'c-mwp'],
    ['backpropp', 'backprop'],
  ])('%s is meant as %s', (given, meant) => {
    expect(nearest(given, methods)).toBe(meant);
  });

  it('knows nothing near to what is far, and nothing where there is nothing', () => {
    expect(nearest('localization', methods)).toBeUndefined();
    expect(nearest('cam', [])).toBeUndefined();
  });

  it('of two that differ in case and dashes alone takes the one written alike', () => {
    expect(nearest('relu5_1x', ['relu51', 'relu5_1', 'relu5-1'])).toBe('relu5_1');
  });

  it('becomes part of a message', () => {
    expect(hint('RGB', ['rgb', 'bgr'])).toBe('; did you mean `rgb`?');
    expect(hint('colours', ['rgb', 'bgr'])).toBe('; known: rgb, bgr');
    expect(hint('colours', [])).toBe('; there are none');
    expect(didYouMean('RGB', ['rgb', 'bgr'])).toBe(' (did you mean "rgb"?)');
    expect(didYouMean('colours', ['rgb', 'bgr'])).toBe('');
  });
});
