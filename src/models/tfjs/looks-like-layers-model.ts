import type { ByteSource } from '../../core/bytes.js';

/** How much of a file is looked at: configurations have some megabytes. */
export const MOST_JSON_BYTES = 64 * 2 ** 20;

/** How much of it shows its first key. */
const START_BYTES = 512;

/** Keys of a model.json; one of them is its first. */
const FIRST_KEY =
  /^(?:\u00ef\u00bb\u00bf)?\s*\{\s*"(?:format|generatedBy|convertedBy|modelTopology|weightsManifest|trainingConfig|userDefinedMetadata|signature)"\s*:/;

/**
 * Whether a file is a layers-model of TensorFlow.js, whatever it is called: an object whose topology says class names,
 * not the nodes of a graph.
 */
export function looksLikeLayersModel(source: ByteSource): boolean {
  const start = source.read(0, Math.min(START_BYTES, source.size));
  if (!FIRST_KEY.test(String.fromCharCode(...start)) || source.size > MOST_JSON_BYTES) return false;
  const text = new TextDecoder().decode(source.read(0, source.size));
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    // cut off or damaged: its reader says where
    return /"model(?:Topology|_config)"\s*:/.test(text) && !/"format"\s*:\s*"graph-model"|"node"\s*:/.test(text);
  }
  const { format, modelTopology } = said as Readonly<Record<string, unknown>>;
  if (format === 'graph-model' || typeof modelTopology !== 'object' || modelTopology === null) return false;
  return 'class_name' in modelTopology || 'model_config' in modelTopology;
}
