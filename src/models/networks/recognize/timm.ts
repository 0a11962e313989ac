import { byPatterns, type Naming, withEps } from './naming.js';

/** Names of the inner layers of a block by what it has: conv_pwl stands in those that expand first. */
type InBlock = (inner: string, expands: boolean, squeezes: boolean) => string | null;

/** block.0 … of torchvision's MBConv and InvertedResidual: expand, depthwise, squeeze, project, as far as they are there. */
const inBlocks: InBlock = (inner, expands, squeezes) => {
  const depthwise = expands ? 1 : 0;
  const project = depthwise + (squeezes ? 2 : 1);
  const found = /^(conv_pw|bn1|conv_dw|bn2|conv_pwl|bn3|se\.conv_reduce|se\.conv_expand)\.(.+)$/.exec(inner);
  if (!found) return null;
  const [, part, rest] = found;
  const place: Record<string, string> = expands
    ? { conv_pw: '0.0', bn1: '0.1', conv_dw: '1.0', bn2: '1.1', conv_pwl: `${project}.0`, bn3: `${project}.1` }
    : { conv_dw: '0.0', bn1: '0.1', conv_pw: `${project}.0`, bn2: `${project}.1` };
  place['se.conv_reduce'] = `${depthwise + 1}.fc1`;
  place['se.conv_expand'] = `${depthwise + 1}.fc2`;
  return part in place ? `${place[part]}.${rest}` : null;
};

/** conv.0.0 … of MobileNetV2, whose last convolution has no module of its own. */
const inV2Blocks: InBlock = (inner, expands) => {
  const [part, ...rest] = inner.split('.');
  const place: Record<string, string> = expands
    ? { conv_pw: '0.0', bn1: '0.1', conv_dw: '1.0', bn2: '1.1', conv_pwl: '2', bn3: '3' }
    : { conv_dw: '0.0', bn1: '0.1', conv_pw: '1', bn2: '2' };
  return part in place ? `${place[part]}.${rest.join('.')}` : null;
};

/** layers.0 … of MNASNet, where activations are counted, too. */
const inMnasBlocks: InBlock = (inner, expands) => {
  const [part, ...rest] = inner.split('.');
  const place: Record<string, string> = expands
    ? { conv_pw: '0', bn1: '1', conv_dw: '3', bn2: '4', conv_pwl: '6', bn3: '7' }
    : { conv_dw: '3', bn1: '4', conv_pw: '6', bn2: '7' };
  return part in place ? `${place[part]}.${rest.join('.')}` : null;
};

/** blocks.STAGE.BLOCK.…, its place among all blocks, and what its block has. */
function blockOf(names: readonly string[]) {
  const has = new Set(names);
  const blocks = [...new Set(names.flatMap((name) => /^blocks\.\d+\.\d+\./.exec(name)?.[0] ?? []))];
  const order = (one: string) => one.split('.').slice(1, 3).map(Number);
  blocks.sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1]);
  return (name: string) => {
    const found = /^(blocks\.(\d+)\.(\d+)\.)(.+)$/.exec(name);
    if (!found) return null;
    const [, prefix, stage, block, inner] = found;
    const expands = has.has(`${prefix}conv_pwl.weight`);
    const squeezes = has.has(`${prefix}se.conv_reduce.weight`);
    const isBare = has.has(`${prefix}conv.weight`);
    return {
      stage: Number(stage),
      block: Number(block),
      place: blocks.indexOf(prefix),
      inner,
      expands,
      squeezes,
      isBare,
    };
  };
}

/** Stem and head around blocks. */
function aroundBlocks(
  ends: readonly (readonly [RegExp, string])[],
  within: (found: NonNullable<ReturnType<ReturnType<typeof blockOf>>>) => string | null,
): Naming['rename'] {
  return (names) => {
    const [find, end] = [blockOf(names), byPatterns(ends)];
    return (name) => {
      const found = find(name);
      return found ? within(found) : end(name);
    };
  };
}

const STEM_AND_BLOCKS = ['conv_stem.weight', 'blocks.0.0.conv_dw.weight', 'blocks.1.0.conv_pwl.weight'];
const NOT_TF = (of: string) =>
  `taken as timm's ${of}; its tf_${of} has the same tensors, another padding and eps, and is not this network`;

const efficientnet: Naming = {
  words: 'timm',
  landmarks: STEM_AND_BLOCKS,
  networks: ['efficientnet_b'],
  rename: aroundBlocks(
    [
      [/^conv_stem\./, 'features.0.0.'],
      [/^bn1\./, 'features.0.1.'],
      [/^conv_head\./, 'features.8.0.'],
      [/^bn2\./, 'features.8.1.'],
      [/^classifier\./, 'classifier.1.'],
    ],
    ({ stage, block, inner, expands, squeezes }) => {
      const own = inBlocks(inner, expands, squeezes);
      return own && `features.${stage + 1}.${block}.block.${own}`;
    },
  ),
  assumed: NOT_TF('efficientnet_b'),
};

const mobilenetV2: Naming = {
  words: 'timm',
  landmarks: STEM_AND_BLOCKS,
  networks: ['mobilenet_v2'],
  rename: aroundBlocks(
    [
      [/^conv_stem\./, 'features.0.0.'],
      [/^bn1\./, 'features.0.1.'],
      [/^conv_head\./, 'features.18.0.'],
      [/^bn2\./, 'features.18.1.'],
      [/^classifier\./, 'classifier.1.'],
    ],
    ({ place, inner, expands, squeezes }) => {
      const own = inV2Blocks(inner, expands, squeezes);
      return own && `features.${place + 1}.conv.${own}`;
    },
  ),
};

const mobilenetV3: Naming = {
  words: 'timm',
  landmarks: STEM_AND_BLOCKS,
  networks: ['mobilenet_v3'],
  rename: aroundBlocks(
    [
      [/^conv_stem\./, 'features.0.0.'],
      [/^bn1\./, 'features.0.1.'],
      [/^conv_head\./, 'classifier.0.'],
      [/^classifier\./, 'classifier.3.'],
    ],
    ({ place, inner, expands, squeezes, isBare }) => {
      if (isBare) return `features.${place + 1}.${inner.replace(/^conv\./, '0.').replace(/^bn1\./, '1.')}`;
      const own = inBlocks(inner, expands, squeezes);
      return own && `features.${place + 1}.block.${own}`;
    },
  ),
  adapt: withEps(1e-5),
  assumed: NOT_TF('mobilenetv3'),
};

const mnasnet: Naming = {
  words: 'timm',
  landmarks: STEM_AND_BLOCKS,
  networks: ['mnasnet'],
  rename: aroundBlocks(
    [
      [/^conv_stem\./, 'layers.0.'],
      [/^bn1\./, 'layers.1.'],
      [/^conv_head\./, 'layers.14.'],
      [/^bn2\./, 'layers.15.'],
      [/^classifier\./, 'classifier.1.'],
    ],
    ({ stage, block, inner, expands, squeezes }) => {
      const own = inMnasBlocks(inner, expands, squeezes);
      if (own === null) return null;
      return stage === 0 ? `layers.${own}` : `layers.${stage + 7}.${block}.layers.${own}`;
    },
  ),
};

const convnext: Naming = {
  words: 'timm',
  landmarks: ['stem.0.weight', 'stages.0.blocks.0.conv_dw.weight', 'stages.0.blocks.0.gamma'],
  networks: ['convnext_'],
  rename: () =>
    byPatterns([
      [/^stem\.(0|1)\./, 'features.0.$1.'],
      [/^stages\.(\d+)\.downsample\.(0|1)\./, (_, i, k) => `features.${2 * Number(i)}.${k}.`],
      [/^stages\.(\d+)\.blocks\.(\d+)\.gamma$/, (_, i, j) => `features.${2 * Number(i) + 1}.${j}.layer_scale`],
      [
        /^stages\.(\d+)\.blocks\.(\d+)\.(conv_dw|norm|mlp\.fc1|mlp\.fc2)\./,
        (_, i, j, part) => `features.${2 * Number(i) + 1}.${j}.block.${IN_CNBLOCK[part]}.`,
      ],
      [/^head\.norm\./, 'classifier.0.'],
      [/^head\.fc\./, 'classifier.2.'],
    ]),
};

/** Places in torchvision's CNBlock by what others call them. */
export const IN_CNBLOCK: Readonly<Record<string, number>> = {
  conv_dw: 0,
  dwconv: 0,
  norm: 2,
  layernorm: 2,
  'mlp.fc1': 3,
  pwconv1: 3,
  'mlp.fc2': 5,
  pwconv2: 5,
};

const vit: Naming = {
  words: 'timm',
  landmarks: ['patch_embed.proj.weight', 'cls_token', 'blocks.0.attn.qkv.weight', 'blocks.0.norm1.weight'],
  networks: ['vit_b_'],
  rename: () =>
    byPatterns([
      [/^cls_token$/, 'class_token'],
      [/^pos_embed$/, 'encoder.pos_embedding'],
      [/^patch_embed\.proj\./, 'conv_proj.'],
      [/^blocks\.(\d+)\.norm([12])\./, 'encoder.layers.encoder_layer_$1.ln_$2.'],
      [/^blocks\.(\d+)\.attn\.qkv\.(weight|bias)$/, 'encoder.layers.encoder_layer_$1.self_attention.in_proj_$2'],
      [/^blocks\.(\d+)\.attn\.proj\./, 'encoder.layers.encoder_layer_$1.self_attention.out_proj.'],
      [/^blocks\.(\d+)\.mlp\.fc1\./, 'encoder.layers.encoder_layer_$1.mlp.0.'],
      [/^blocks\.(\d+)\.mlp\.fc2\./, 'encoder.layers.encoder_layer_$1.mlp.3.'],
      [/^norm\./, 'encoder.ln.'],
      [/^head\./, 'heads.head.'],
    ]),
};

const vgg: Naming = {
  words: 'timm',
  landmarks: ['features.0.weight', 'pre_logits.fc1.weight', 'pre_logits.fc2.weight'],
  networks: ['vgg'],
  rename: () =>
    byPatterns([
      [/^features\./, 'features.'],
      [/^pre_logits\.fc1\./, 'classifier.0.'],
      [/^pre_logits\.fc2\./, 'classifier.3.'],
      [/^head\.fc\./, 'classifier.6.'],
    ]),
};

const regnet: Naming = {
  words: 'timm',
  landmarks: ['stem.conv.weight', 's1.b1.conv1.conv.weight', 's1.b1.se.fc1.weight'],
  networks: ['regnet_y'],
  rename: () => {
    const part: Record<string, string> = { conv: '0', bn: '1' };
    const step: Record<string, string> = { '1': 'f.a', '2': 'f.b', '3': 'f.c' };
    const block = (i: string, j: string) => `trunk_output.block${i}.block${i}-${Number(j) - 1}`;
    return byPatterns([
      [/^stem\.(conv|bn)\./, (_, which) => `stem.${part[which]}.`],
      [/^s(\d)\.b(\d+)\.conv([123])\.(conv|bn)\./, (_, i, j, k, which) => `${block(i, j)}.${step[k]}.${part[which]}.`],
      [/^s(\d)\.b(\d+)\.se\.fc([12])\./, (_, i, j, k) => `${block(i, j)}.f.se.fc${k}.`],
      [/^s(\d)\.b(\d+)\.downsample\.(conv|bn)\./, (_, i, j, which) => `${block(i, j)}.proj.${part[which]}.`],
      [/^head\.fc\./, 'fc.'],
    ]);
  },
};

/** timm's names; those of its ResNets, DenseNets and Inception v3 are torchvision's. Source: timm/models/*.py, 1.0 */
export const TIMM: readonly Naming[] = [efficientnet, mobilenetV2, mobilenetV3, mnasnet, convnext, vit, vgg, regnet];
