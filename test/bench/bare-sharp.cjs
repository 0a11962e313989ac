// The least a program can do that reads a picture and writes a gray one with sharp: node bare-sharp.cjs IN OUT
const sharp = require('sharp');

async function main(input, output) {
  const { data, info } = await sharp(input).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  await sharp(data, { raw: { width, height, channels } }).toColourspace('b-w').png().toFile(output);
}

main(process.argv[2], process.argv[3]);
