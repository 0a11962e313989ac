import { expect, it } from 'vitest';
import { recognizeTensors } from '../../../../src/models/networks/recognize/recognize.js';
import { builtinShapes } from '../../../../src/models/networks/recognize/shapes.js';

type Rule = readonly [RegExp, string | ((...found: string[]) => string)];

/** A built-in network's tensors under other names: the first rule that fits each. */
function renamed(network: string, rules: readonly Rule[]) {
  return [...builtinShapes(network)].flatMap(([name, shape]) => {
    const rule = rules.find(([pattern]) => pattern.test(name));
    if (!rule) throw new Error(`no rule for ${name}`);
    const other = name.replace(rule[0], rule[1] as string);
    if (!other.includes('{q}')) return [{ name: other, shape }];
    const third = [shape[0] / 3, ...shape.slice(1)];
    return ['query', 'key', 'value'].map((part) => ({ name: other.replace('{q}', part), shape: third }));
  });
}

const part = (which: string) => (which === 'conv' || which === '0' ? 'convolution' : 'normalization');

it.each<[string, string, string, readonly Rule[]]>([
  [
    'resnet50',
    'Hugging Face',
    'ResNetForImageClassification',
    [
      [/^(conv|bn)1\./, (_, which) => `resnet.embedder.embedder.${part(which)}.`],
      [
        /^layer(\d)\.(\d+)\.downsample\.(\d)\./,
        (_, i, j, k) => `resnet.encoder.stages.${+i - 1}.layers.${j}.shortcut.${part(k)}.`,
      ],
      [
        /^layer(\d)\.(\d+)\.(conv|bn)(\d)\./,
        (_, i, j, which, k) => `resnet.encoder.stages.${+i - 1}.layers.${j}.layer.${+k - 1}.${part(which)}.`,
      ],
      [/^fc\./, 'classifier.1.'],
    ],
  ],
  [
    'vit_b_16',
    'Hugging Face',
    'ViTForImageClassification',
    [
      [/^class_token$/, 'vit.embeddings.cls_token'],
      [/^encoder\.pos_embedding$/, 'vit.embeddings.position_embeddings'],
      [/^conv_proj\./, 'vit.embeddings.patch_embeddings.projection.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.ln_1\./, 'vit.encoder.layer.$1.layernorm_before.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.ln_2\./, 'vit.encoder.layer.$1.layernorm_after.'],
      [
        /^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.in_proj_/,
        'vit.encoder.layer.$1.attention.attention.{q}.',
      ],
      [
        /^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.out_proj\./,
        'vit.encoder.layer.$1.attention.output.dense.',
      ],
      [/^encoder\.layers\.encoder_layer_(\d+)\.mlp\.0\./, 'vit.encoder.layer.$1.intermediate.dense.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.mlp\.3\./, 'vit.encoder.layer.$1.output.dense.'],
      [/^encoder\.ln\./, 'vit.layernorm.'],
      [/^heads\.head\./, 'classifier.'],
    ],
  ],
  [
    'vit_b_16',
    'timm',
    'vit_base_patch16_224',
    [
      [/^class_token$/, 'cls_token'],
      [/^encoder\.pos_embedding$/, 'pos_embed'],
      [/^conv_proj\./, 'patch_embed.proj.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.ln_(\d)\./, 'blocks.$1.norm$2.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.in_proj_/, 'blocks.$1.attn.qkv.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.out_proj\./, 'blocks.$1.attn.proj.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.mlp\.0\./, 'blocks.$1.mlp.fc1.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.mlp\.3\./, 'blocks.$1.mlp.fc2.'],
      [/^encoder\.ln\./, 'norm.'],
      [/^heads\.head\./, 'head.'],
    ],
  ],
])('%s by the names of %s: %s', (network, words, _, rules) => {
  const tensors = renamed(network, rules);
  for (const prefix of ['', 'model.']) {
    const found = recognizeTensors(tensors.map(({ name, shape }) => ({ name: prefix + name, shape })));
    expect(found?.kind).toBe('builtin');
    if (found?.kind !== 'builtin') continue;
    const { fit } = found;
    expect([fit.network.name, fit.reading.naming?.words, fit.cutAt, fit.others]).toEqual([network, words, null, []]);
    const own = new Map(fit.tensors.map(({ name, shape }) => [name, shape]));
    expect(own).toEqual(builtinShapes(network));
  }
  const more = recognizeTensors([...tensors, { name: `${tensors[0].name}.gate`, shape: [1] }]);
  expect(more?.kind).toBe('variant');
});
