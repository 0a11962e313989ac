// sharp's own convolution, gray PNG out: node sharp-convolve.cjs IN OUT
const sharp = require('sharp');

const kernel = { width: 3, height: 3, kernel: [-1, -1, -1, -1, 8, -1, -1, -1, -1] };
sharp(process.argv[2]).convolve(kernel).toColourspace('b-w').png({ compressionLevel: 2 }).toFile(process.argv[3]);
