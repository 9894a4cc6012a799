// Runs models that the parent sends in onnxruntime: what crashes natively, or never ends, takes this process alone.
import ort from 'onnxruntime-node';

ort.env.logLevel = 'fatal';

async function run({ model, name, shape, data }) {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    // As the user runs it: the optimiser's rewrites are part of what may fail.
    graphOptimizationLevel: 'all',
  });
  try {
    const results = await session.run({ [name]: new ort.Tensor('float32', data, shape) });
    const outputs = Object.entries(results)
      .filter(([, tensor]) => tensor.type === 'float32')
      .map(([output, tensor]) => [output, tensor.data]);
    return { outputs: Object.fromEntries(outputs) };
  } finally {
    await session.release();
  }
}

process.on('message', async (request) => {
  const answer = await run(request).catch((error) => ({ error: String(error.message) }));
  process.send({ ...answer, rss: process.memoryUsage().rss });
});
