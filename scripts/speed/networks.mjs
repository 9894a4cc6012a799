import { NetBuilder } from './net-builder.mjs';

/* The networks at their full size: shapes as published, weights from a seed. */

function vgg16() {
  const b = new NetBuilder('vgg16', 224);
  let x = 'data';
  for (const [channels, count] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ]) {
    for (let i = 0; i < count; i++) x = b.convRelu(x, channels, 3, { pad: 1 });
    x = b.maxPool(x, 2, 2);
  }
  x = b.relu(b.linear(b.flatten(x), 512 * 7 * 7, 4096));
  x = b.relu(b.linear(x, 4096, 4096));
  return b.graph(b.linear(x, 4096, 1000));
}

/** BVLC's: rectifier before normalisation before pool, two groups, 227². */
function alexnet() {
  const b = new NetBuilder('alexnet', 227);
  let x = b.maxPool(b.lrn(b.convRelu('data', 96, 11, { stride: 4 })), 3, 2);
  x = b.maxPool(b.lrn(b.convRelu(x, 256, 5, { pad: 2, group: 2 })), 3, 2);
  x = b.convRelu(x, 384, 3, { pad: 1 });
  x = b.convRelu(x, 384, 3, { pad: 1, group: 2 });
  x = b.maxPool(b.convRelu(x, 256, 3, { pad: 1, group: 2 }), 3, 2);
  x = b.relu(b.linear(b.flatten(x), 256 * 6 * 6, 4096));
  x = b.relu(b.linear(x, 4096, 4096));
  return b.graph(b.linear(x, 4096, 1000));
}

/** Per module: 1×1; 3×3 behind its reduction; 5×5 behind its reduction; 1×1 behind the pool. */
const INCEPTIONS = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
};

/** BVLC's: with its two normalisations; pools round up. */
function googlenet() {
  const b = new NetBuilder('googlenet', 224);
  const pool = (x) => b.maxPool(x, 3, 2, { ceil: 1 });
  const inception = (x, name) => {
    const [one, reduce3, three, reduce5, five, pooled] = INCEPTIONS[name];
    return b.concat([
      b.convRelu(x, one, 1),
      b.convRelu(b.convRelu(x, reduce3, 1), three, 3, { pad: 1 }),
      b.convRelu(b.convRelu(x, reduce5, 1), five, 5, { pad: 2 }),
      b.convRelu(b.maxPool(x, 3, 1, { pad: 1 }), pooled, 1),
    ]);
  };
  let x = b.lrn(pool(b.convRelu('data', 64, 7, { stride: 2, pad: 3 })));
  x = b.convRelu(b.convRelu(x, 64, 1), 192, 3, { pad: 1 });
  x = pool(b.lrn(x));
  x = pool(['3a', '3b'].reduce(inception, x));
  x = pool(['4a', '4b', '4c', '4d', '4e'].reduce(inception, x));
  x = ['5a', '5b'].reduce(inception, x);
  return b.graph(b.linear(b.flatten(b.globalAverage(x)), 1024, 1000));
}

function resnet50() {
  const b = new NetBuilder('resnet50', 224);
  const block = (x, width, stride, project) => {
    const inner = b.convRelu(b.convRelu(x, width, 1), width, 3, { stride, pad: 1 });
    const branch = b.conv(inner, 4 * width, 1, { gain: 0.3 });
    return b.relu(b.add(branch, project ? b.conv(x, 4 * width, 1, { stride }) : x));
  };
  let x = b.maxPool(b.convRelu('data', 64, 7, { stride: 2, pad: 3 }), 3, 2, { pad: 1 });
  for (const [width, count, stride] of [
    [64, 3, 1],
    [128, 4, 2],
    [256, 6, 2],
    [512, 3, 2],
  ]) {
    for (let i = 0; i < count; i++) x = block(x, width, i === 0 ? stride : 1, i === 0);
  }
  return b.graph(b.linear(b.flatten(b.globalAverage(x)), 2048, 1000));
}

/** Version 1.1: its scores are the mean of a map of 1,000 rectified channels. */
function squeezenet() {
  const b = new NetBuilder('squeezenet1.1', 224);
  const pool = (x) => b.maxPool(x, 3, 2, { ceil: 1 });
  const fire = (x, squeeze, expand) => {
    const s = b.convRelu(x, squeeze, 1);
    return b.concat([b.convRelu(s, expand, 1), b.convRelu(s, expand, 3, { pad: 1 })]);
  };
  let x = pool(b.convRelu('data', 64, 3, { stride: 2 }));
  x = pool(fire(fire(x, 16, 64), 16, 64));
  x = pool(fire(fire(x, 32, 128), 32, 128));
  x = fire(fire(fire(fire(x, 48, 192), 48, 192), 64, 256), 64, 256);
  return b.graph(b.flatten(b.globalAverage(b.convRelu(x, 1000, 1))));
}

function mobilenetV2() {
  const b = new NetBuilder('mobilenet-v2', 224);
  let [x, channels] = [b.relu6(b.conv('data', 32, 3, { stride: 2, pad: 1 })), 32];
  const block = (expansion, outputs, stride) => {
    const width = channels * expansion;
    const wide = expansion === 1 ? x : b.relu6(b.conv(x, width, 1));
    const deep = b.relu6(b.conv(wide, width, 3, { stride, pad: 1, group: width }));
    const narrow = b.conv(deep, outputs, 1, { gain: 0.7 });
    x = stride === 1 && channels === outputs ? b.add(x, narrow) : narrow;
    channels = outputs;
  };
  for (const [expansion, outputs, count, stride] of [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ]) {
    for (let i = 0; i < count; i++) block(expansion, outputs, i === 0 ? stride : 1);
  }
  x = b.relu6(b.conv(x, 1280, 1));
  return b.graph(b.linear(b.flatten(b.globalAverage(x)), 1280, 1000));
}

/** Functions: a graph of VGG-16 holds half a gigabyte. */
export const NETWORKS = {
  vgg16,
  alexnet,
  googlenet,
  resnet50,
  'squeezenet1.1': squeezenet,
  'mobilenet-v2': mobilenetV2,
};
