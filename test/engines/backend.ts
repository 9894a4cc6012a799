import { BACKENDS, type BackendName } from '../../src/engines/tfjs/backend.js';

/** WASM runs everywhere; scripts/tfjs-native/check.sh asks for another. */
export const BACKEND: BackendName = BACKENDS.find((name) => name === process.env.TFJS_BACKEND) ?? 'wasm';
