/** In the small worker's bundle this stands for each list of layers/{elementwise,norms,quantized,selecting,spatial,tflite}: the page has none of them. */
export const [ELEMENTWISE, NORMS, QUANTIZED, SELECTING, SPATIAL, TFLITE] = [{}, {}, {}, {}, {}, {}];
