import { ACTIVATIONS } from '../../layers/activation.js';
import { nameOf } from '../../layers/index.js';
import { neededFor } from '../../layers/model.js';
import { channelWords, type Finding, imagesWords, type Look } from './finding.js';
import type { LayerSeen } from './patient.js';
import type { Weight } from './weights.js';

/**
 * Layers that pass nothing on, and channels that never fire; only behind activations, where firing is meant. Of layers
 * that are dead because one before them is, that one is told.
 */
export const lookForDead: Look = ({ seen, weights, shaped: { model } }) => {
  const empty = weights.filter(({ data }) => data.every((value) => value === 0)).map(zeroWeight);
  const found = [...empty, ...(seen?.layers ?? []).flatMap((layer) => deadIn(layer, seen!.images))];
  const dead = new Set(found.flatMap(({ kind, layer }) => (kind === 'dead' ? [layer] : [])));
  const isFollowing = ({ kind, layer }: Finding) => {
    const node = model.nodes.find(({ name }) => name === layer)!;
    return kind === 'dead' && neededFor(model, node.outputs).some(({ name }) => name !== layer && dead.has(name));
  };
  return found.filter((finding) => !isFollowing(finding));
};

function zeroWeight({ node, name, rows, columns }: Weight): Finding {
  return {
    kind: 'dead',
    severity: 'broken',
    layer: node.name,
    channels: null,
    what: `${node.name} passes nothing on: all ${rows * columns} numbers of ${name} are 0`,
    numbers: { parameter: name },
    fix: `load ${name} again, or train it`,
  };
}

function deadIn({ node, channels, places, lo, hi }: LayerSeen, images: number): Finding[] {
  const { layer } = node;
  const silences = layer.kind === 'activation' && ACTIVATIONS[layer.name].silences === true;
  const all = Array.from(lo, (_, c) => c);
  const silent = silences ? all.filter((c) => lo[c] === 0 && hi[c] === 0) : [];
  // one number of one image is always the same number
  const still = places * images > 1 ? all.filter((c) => lo[c] === hi[c]) : silent;
  const unit = places === 1 ? 'unit' : 'channel';
  const isWhole = still.length === channels && channels > 0;
  if (isWhole) {
    const value = silent.length === channels ? 'fires' : 'changes';
    return [
      {
        kind: 'dead',
        severity: 'broken',
        layer: node.name,
        channels: all,
        what: `${node.name} is dead: none of its ${channels} ${unit}s ever ${value} on ${imagesWords(images)} (${nameOf(layer)} gives ${silent.length === channels ? 'zeros' : 'the same numbers everywhere'})`,
        numbers: { dead: channels, channels, images },
        fix: 'look at the biases and weights of the layer before it; nothing behind it depends on the image',
      },
    ];
  }
  if (silent.length === 0) return [];
  return [
    {
      kind: 'dead-channels',
      severity: 'remark',
      layer: node.name,
      channels: silent,
      what: `${node.name}: ${channelWords(silent, channels, unit)} never fire${silent.length === 1 ? 's' : ''} on ${imagesWords(images)}`,
      numbers: { dead: silent.length, channels, images },
      fix: null,
    },
  ];
}
