import { byPatterns, type Naming, withEps, withSamePadding } from './naming.js';
import { IN_CNBLOCK } from './timm.js';

/** BN is what Hugging Face calls normalization, conv convolution. */
const PART: Readonly<Record<string, string>> = { convolution: '0', normalization: '1' };

const resnet: Naming = {
  words: 'Hugging Face',
  within: 'resnet.',
  landmarks: ['embedder.embedder.convolution.weight', 'encoder.stages.0.layers.0.layer.0.convolution.weight'],
  networks: ['resnet'],
  rename: () => {
    const own: Record<string, string> = { convolution: 'conv', normalization: 'bn' };
    return byPatterns([
      [/^embedder\.embedder\.(convolution|normalization)\./, (_, which) => `${own[which]}1.`],
      [
        /^encoder\.stages\.(\d)\.layers\.(\d+)\.shortcut\.(convolution|normalization)\./,
        (_, i, j, which) => `layer${Number(i) + 1}.${j}.downsample.${PART[which]}.`,
      ],
      [
        /^encoder\.stages\.(\d)\.layers\.(\d+)\.layer\.(\d)\.(convolution|normalization)\./,
        (_, i, j, k, which) => `layer${Number(i) + 1}.${j}.${own[which]}${Number(k) + 1}.`,
      ],
      [/^classifier\.1\./, 'fc.'],
    ]);
  },
};

const vit: Naming = {
  words: 'Hugging Face',
  within: 'vit.',
  landmarks: [
    'embeddings.cls_token',
    'embeddings.patch_embeddings.projection.weight',
    'encoder.layer.0.layernorm_before.weight',
  ],
  networks: ['vit_b_'],
  rename: () => {
    const parts = ['query', 'key', 'value'];
    const block = (i: string) => `encoder.layers.encoder_layer_${i}`;
    return byPatterns([
      [/^embeddings\.cls_token$/, 'class_token'],
      [/^embeddings\.position_embeddings$/, 'encoder.pos_embedding'],
      [/^embeddings\.patch_embeddings\.projection\./, 'conv_proj.'],
      [/^encoder\.layer\.(\d+)\.layernorm_before\./, (_, i) => `${block(i)}.ln_1.`],
      [/^encoder\.layer\.(\d+)\.layernorm_after\./, (_, i) => `${block(i)}.ln_2.`],
      [
        /^encoder\.layer\.(\d+)\.attention\.attention\.(query|key|value)\.(weight|bias)$/,
        (_, i, which, role) => `${block(i)}.self_attention.in_proj_${role}#${parts.indexOf(which)}`,
      ],
      [/^encoder\.layer\.(\d+)\.attention\.output\.dense\./, (_, i) => `${block(i)}.self_attention.out_proj.`],
      [/^encoder\.layer\.(\d+)\.intermediate\.dense\./, (_, i) => `${block(i)}.mlp.0.`],
      [/^encoder\.layer\.(\d+)\.output\.dense\./, (_, i) => `${block(i)}.mlp.3.`],
      [/^layernorm\./, 'encoder.ln.'],
      [/^classifier\./, 'heads.head.'],
    ]);
  },
  adapt: withEps(1e-12),
  leftOut: /^pooler\./,
  assumed: 'layer_norm_eps 1e-12 and exact GELU, the defaults of ViTConfig',
};

const convnext: Naming = {
  words: 'Hugging Face',
  within: 'convnext.',
  landmarks: ['embeddings.patch_embeddings.weight', 'encoder.stages.0.layers.0.dwconv.weight'],
  networks: ['convnext_'],
  rename: () => {
    const block = (i: string, j: string) => `features.${2 * Number(i) + 1}.${j}`;
    return byPatterns([
      [/^embeddings\.patch_embeddings\./, 'features.0.0.'],
      [/^embeddings\.layernorm\./, 'features.0.1.'],
      [/^encoder\.stages\.(\d)\.downsampling_layer\.(0|1)\./, (_, i, k) => `features.${2 * Number(i)}.${k}.`],
      [/^encoder\.stages\.(\d)\.layers\.(\d+)\.layer_scale_parameter$/, (_, i, j) => `${block(i, j)}.layer_scale`],
      [
        /^encoder\.stages\.(\d)\.layers\.(\d+)\.(dwconv|layernorm|pwconv1|pwconv2)\./,
        (_, i, j, part) => `${block(i, j)}.block.${IN_CNBLOCK[part]}.`,
      ],
      [/^layernorm\./, 'classifier.0.'],
      [/^classifier\./, 'classifier.2.'],
    ]);
  },
  adapt: withEps(1e-12, /^classifier\.0\./),
  assumed: 'layer_norm_eps 1e-12 of its last norm, the default of ConvNextConfig',
};

const mobilenetV2: Naming = {
  words: 'Hugging Face',
  within: 'mobilenet_v2.',
  landmarks: ['conv_stem.first_conv.convolution.weight', 'layer.0.expand_1x1.convolution.weight'],
  networks: ['mobilenet_v2'],
  rename: () => {
    const block = (i: string) => `features.${Number(i) + 2}.conv`;
    const plain: Record<string, number> = { convolution: 0, normalization: 1 };
    return byPatterns([
      [/^conv_stem\.first_conv\.(convolution|normalization)\./, (_, which) => `features.0.${PART[which]}.`],
      [/^conv_stem\.conv_3x3\.(convolution|normalization)\./, (_, which) => `features.1.conv.0.${PART[which]}.`],
      [/^conv_stem\.reduce_1x1\.(convolution|normalization)\./, (_, which) => `features.1.conv.${plain[which] + 1}.`],
      [/^layer\.(\d+)\.expand_1x1\.(convolution|normalization)\./, (_, i, which) => `${block(i)}.0.${PART[which]}.`],
      [/^layer\.(\d+)\.conv_3x3\.(convolution|normalization)\./, (_, i, which) => `${block(i)}.1.${PART[which]}.`],
      [/^layer\.(\d+)\.reduce_1x1\.(convolution|normalization)\./, (_, i, which) => `${block(i)}.${plain[which] + 2}.`],
      [/^conv_1x1\.(convolution|normalization)\./, (_, which) => `features.18.${PART[which]}.`],
      [/^classifier\./, 'classifier.1.'],
    ]);
  },
  adapt: (layers) => withSamePadding(withEps(1e-3)(layers)),
  assumed: 'tf_padding=True and layer_norm_eps 0.001, the defaults of MobileNetV2Config',
};

/** The names of the transformers library. Source: transformers/models/*\/modeling_*.py, 4.40 */
export const HUGGING_FACE: readonly Naming[] = [resnet, vit, convnext, mobilenetV2];
