// Adds what ONNX Runtime computes to the fixtures operator-*.json and exporter-*.json. Needs the npm package onnxruntime-web
// (the values here were made with 1.30.0), installed in any folder:
//
//     node make_operator_values.mjs <folder with node_modules>

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2], 'package.json'));
const ort = require('onnxruntime-web');
ort.env.wasm.numThreads = 1;

for (const name of readdirSync(import.meta.dirname).filter((file) => /^(operator|exporter)-.*\.onnx$/.test(file))) {
  const path = resolve(import.meta.dirname, name);
  const json = path.replace(/\.onnx$/, '.json');
  const { x, batchFirst } = JSON.parse(readFileSync(json, 'utf8'));
  const session = await ort.InferenceSession.create(readFileSync(path));
  const input = new ort.Tensor(
    'float32',
    Float32Array.from(x.flat()),
    batchFirst ? [1, x.length, x[0].length] : [x.length, 1, x[0].length],
  );
  const { data } = (await session.run({ x: input })).y;
  const width = data.length / x.length;
  const y = x.map((_, t) => [...data.slice(t * width, (t + 1) * width)]);
  writeFileSync(json, `${JSON.stringify({ x, batchFirst, y })}\n`);
}
