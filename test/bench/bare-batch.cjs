// The least a program can do that reads a folder of pictures and writes gray PNGs with sharp, two at a time:
// node bare-batch.cjs IN OUT LEVEL
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const sharp = require('sharp');

async function main(source, out, level) {
  sharp.cache(false);
  const names = readdirSync(source);
  const lane = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const { data, info } = await sharp(join(source, name)).raw().toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      const image = sharp(data, { raw: { width, height, channels } }).toColourspace('b-w');
      await image.png({ compressionLevel: Number(level) }).toFile(join(out, `${name}.png`));
    }
  };
  await Promise.all([lane(), lane()]);
}

main(...process.argv.slice(2));
