/*
 * onnxruntime 1.30 measures its users: it keeps a database under ~/.cache, uploads it, and writes mat-debug-*.log into
 * the folder of temporary files. This program reaches for the network only when it is told to, so that is off unless
 * the user's environment says otherwise. To be imported before onnxruntime-node, in the main thread: a worker's
 * process.env is a copy that native code does not see.
 */
process.env.ORT_DISABLE_TELEMETRY ||= '1';
