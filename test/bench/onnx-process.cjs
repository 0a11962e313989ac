// What a program does that runs an ImageNet classifier with onnxruntime-node and sharp: node onnx-process.cjs MODEL IMAGE
const { createRequire } = require('node:module');
const sharp = createRequire(`${__dirname}/../../package.json`)('sharp');
const ort = require('onnxruntime-node');

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

async function main(model, image) {
  const resized = await sharp(image).removeAlpha().resize({ width: 256, height: 256, fit: 'outside' }).toBuffer();
  const { width, height } = await sharp(resized).metadata();
  const crop = { left: Math.round((width - 224) / 2), top: Math.round((height - 224) / 2), width: 224, height: 224 };
  const bytes = await sharp(resized).extract(crop).raw().toBuffer();
  const x = new Float32Array(3 * 224 * 224);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < 224 * 224; i++) x[c * 224 * 224 + i] = (bytes[3 * i + c] / 255 - MEAN[c]) / STD[c];
  }
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const [name] = session.inputNames;
  const { data } = (await session.run({ [name]: new ort.Tensor('float32', x, [1, 3, 224, 224]) }))[
    session.outputNames[0]
  ];
  const best = [...data.keys()].sort((a, b) => data[b] - data[a]).slice(0, 5);
  if (best.length !== 5) throw new Error('the network did not end in classes');
}

main(process.argv[2], process.argv[3]);
