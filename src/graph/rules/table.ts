import { arithmeticRules } from './arithmetic.js';
import { convRules } from './conv.js';
import { linearRules } from './linear.js';
import { normRules } from './norm.js';
import { poolRules } from './pool.js';
import { reluRules } from './relu.js';
import type { RuleTable } from './rule.js';
import { shapeRules } from './shape.js';
import { smoothRules } from './smooth.js';

/** The gradient of every operator that classifiers use. */
export const gradientRules: RuleTable = {
  ...convRules,
  ...linearRules,
  ...reluRules,
  ...smoothRules,
  ...poolRules,
  ...normRules,
  ...arithmeticRules,
  ...shapeRules,
};
