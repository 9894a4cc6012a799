// Maps from anywhere, judged: three measures of one map. It imports nothing of Node.js and runs in a browser, too.
import {
  boxOfMap,
  DEFAULT_BOX_RULE,
  evaluateLocalization,
  evaluatePointing,
  evaluateWsol,
  wholeImage,
} from 'explanation-bench/eval';

// A map of 7 × 7 values over a whole picture of 140 × 140 pixels. It is strong where the object is.
const map = { width: 7, height: 7, data: new Float32Array(49) };
for (const [x, y, value] of [
  [2, 2, 1],
  [3, 2, 0.8],
  [2, 3, 0.7],
  [3, 3, 0.6],
])
  map.data[y * 7 + x] = value;
const geometry = wholeImage({ width: 140, height: 140 });
const truth = [{ classIndex: 4, box: { x0: 30, y0: 30, x1: 89, y1: 89 } }];

const localization = await evaluateLocalization([{ guesses: [{ classIndex: 4, map }], truth, geometry }]);
const wsol = await evaluateWsol([{ map, classIndex: 4, truth, geometry }]);
const pointing = await evaluatePointing([{ maps: [{ classIndex: 4, map }], truth, geometry }]);

console.log('box', JSON.stringify(boxOfMap(map, geometry, DEFAULT_BOX_RULE)));
console.log('localization error, top-1:', localization.top[0].localization.percent);
console.log('MaxBoxAccV2:', wsol.boxes.v2);
console.log('pointing game:', pointing.accuracy.estimate);
