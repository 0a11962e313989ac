import type { LayerSpec } from '../spec.js';
import {
  conv,
  integers,
  lastName,
  layer,
  learnt,
  linear,
  multipliedBy,
  part,
  permute,
  plainLayer,
  reshape,
  told,
} from './build.js';
import { type Builtin, PHOTO } from './family.js';

/** Numbers of a token, heads of an attention, numbers between the two layers of a perceptron, blocks: those of ViT-B. */
const [WIDTH, HEADS, WIDE, DEPTH] = [768, 12, 3072, 12];
const EPS = 1e-6;

const layerNorm = (name: string, from: readonly string[] | null = null) =>
  layer('layer_norm', name, { normalized_shape: WIDTH, eps: EPS }, from);

/**
 * softmax(q·kᵀ/√n)·v in each head, of q, k, v that one linear layer makes of x. x, y [N, tokens, WIDTH]
 * Source: torch.nn.MultiheadAttention; Vaswani et al. 2017
 */
function selfAttention(name: string): LayerSpec[] {
  const size = WIDTH / HEADS;
  const [weight, bias] = [
    learnt(`${name}.in_proj_weight`, 'weight', [3 * WIDTH, WIDTH]),
    learnt(`${name}.in_proj_bias`, 'bias', [3 * WIDTH]),
  ];
  const inHeads = (one: string, third: number, perm: readonly number[]) => [
    part(`${name}.${one}`, 2, third * WIDTH, (third + 1) * WIDTH, [`${name}.in_proj`]),
    reshape(`${name}.${one}_heads`, [0, 0, HEADS, size]),
    permute(`${name}.${one}_permute`, perm),
  ];
  return [
    plainLayer(`${name}.in_proj`, { kind: 'linear' }, null, [weight, bias]),
    ...inHeads('q', 0, [0, 2, 1, 3]),
    // a power of two: nothing is rounded
    multipliedBy(`${name}.q_scaled`, told(`${name}.scale`, size ** -0.5)),
    ...inHeads('k', 1, [0, 2, 3, 1]),
    ...inHeads('v', 2, [0, 2, 1, 3]),
    plainLayer(`${name}.scores`, { kind: 'matmul' }, [`${name}.q_scaled`, `${name}.k_permute`]),
    layer('softmax', `${name}.softmax`, { dim: -1 }),
    plainLayer(`${name}.heads`, { kind: 'matmul' }, [`${name}.softmax`, `${name}.v_permute`]),
    permute(`${name}.permute`, [0, 2, 1, 3]),
    reshape(`${name}.joined`, [0, 0, WIDTH]),
    linear(`${name}.out_proj`, WIDTH, WIDTH),
  ];
}

function block(name: string, input: string): LayerSpec[] {
  return [
    layerNorm(`${name}.ln_1`, [input]),
    ...selfAttention(`${name}.self_attention`),
    layer('dropout', `${name}.dropout`, { p: 0 }),
    layer('add', `${name}.add`, {}, [`${name}.dropout`, input]),
    layerNorm(`${name}.ln_2`),
    linear(`${name}.mlp.0`, WIDTH, WIDE),
    layer('gelu', `${name}.mlp.1`),
    layer('dropout', `${name}.mlp.2`, { p: 0 }),
    linear(`${name}.mlp.3`, WIDE, WIDTH),
    layer('dropout', `${name}.mlp.4`, { p: 0 }),
    layer('add', `${name}.add_1`, {}, [`${name}.add`, `${name}.mlp.4`]),
  ];
}

/**
 * Patches as tokens with places of their own behind a class token, whose last values are classified. `side`: of the images.
 * Source: torchvision/models/vision_transformer.py; Dosovitskiy et al. 2020
 */
function vitLayers(patch: number, side: number): LayerSpec[] {
  const tokens = (side / patch) ** 2 + 1;
  const token = learnt('class_token', 'token', [1, 1, WIDTH]);
  const places = learnt('encoder.pos_embedding', 'token', [1, tokens, WIDTH]);
  const layers = [
    conv('conv_proj', 3, WIDTH, patch, { stride: patch }),
    reshape('reshape', [0, WIDTH, -1]),
    permute('permute', [0, 2, 1]),
    plainLayer('expand', { kind: 'expand' }, [], [token, integers('expand.shape', ['batch', 1, WIDTH])]),
    plainLayer('cat', { kind: 'concat', dim: 1 }, ['expand', 'permute']),
    plainLayer('encoder.add', { kind: 'add' }, null, [places]),
    layer('dropout', 'encoder.dropout', { p: 0 }),
  ];
  for (let i = 0; i < DEPTH; i++) layers.push(...block(`encoder.layers.encoder_layer_${i}`, lastName(layers)));
  return [
    ...layers,
    layerNorm('encoder.ln'),
    part('getitem', 1, 0, 1, ['encoder.ln']),
    layer('flatten', 'flatten'),
    linear('heads.head', WIDTH, 1000),
  ];
}

function vit(patch: number): Builtin {
  return {
    name: `vit_b_${patch}`,
    title: `ViT-B/${patch}`,
    summary: `Vision Transformer, base, patches of ${patch}×${patch}`,
    input: PHOTO,
    preset: 'imagenet',
    layers: () => vitLayers(patch, PHOTO[1]),
  };
}

/** torchvision's ViT-B with patches of two sizes. */
export const VITS: readonly Builtin[] = [vit(16), vit(32)];
