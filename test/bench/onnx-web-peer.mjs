// onnxruntime-web in a process of its own: node onnx-web-peer.mjs MODEL X.bin SHAPE. In one process with onnxruntime-node it
// would take the native backend, which both register under one name. What ran is told after "ready": the WebAssembly modules
// that were compiled, and the native libraries of onnxruntime in this process (there must be none).
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const compiled = [];
for (const name of ['instantiate', 'compile']) {
  const original = WebAssembly[name];
  WebAssembly[name] = (source, ...rest) => {
    if (source.byteLength !== undefined) compiled.push(source.byteLength);
    return original.call(WebAssembly, source, ...rest);
  };
}
const ort = await import('onnxruntime-web');
const [model, input, shape] = process.argv.slice(2);
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
const session = await ort.InferenceSession.create(readFileSync(model), {
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
});
const bytes = readFileSync(input);
const x = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', x, shape.split(',').map(Number)) };
const [output] = session.outputNames;
const native = process.report.getReport().sharedObjects.filter((path) => path.includes('onnxruntime'));
const { threads = null, simd = null } = { threads: ort.env.wasm.numThreads, simd: ort.env.wasm.simd };
console.log(`ready${JSON.stringify({ compiled, native, threads, simd, version: ort.env.versions.web })}`);
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  const { data } = (await session.run(feeds))[output];
  if (line === 'run') console.log((performance.now() - start) / 1000);
  else {
    // save FILE
    writeFileSync(line.slice('save '.length), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    console.log('saved');
  }
}
