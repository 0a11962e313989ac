import type { LayerGroups } from '../../models/onnx/layer-groups.js';

/** In the small worker's bundle this stands for models/onnx/layer-groups.ts: the page has no module that was taken apart. */
export function layerGroups(): LayerGroups {
  return { groups: [], of: new Map() };
}
