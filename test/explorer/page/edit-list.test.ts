import { describe, expect, it } from 'vitest';
import {
  editWords,
  isSilenced,
  layerNow,
  reachedLayers,
  shapeOfConstant,
  withEdit,
  withLayer,
  withoutConstant,
  withoutEdit,
} from '../../../src/explorer/edits.js';
import type { Edit } from '../../../src/explorer/protocol.js';
import { smallPage } from './small-page.js';

const weight = (index: number, value: number): Edit => ({ kind: 'weight', constant: 'conv.weight', index, value });
const silence: Edit = { kind: 'silence', layer: 'relu', channel: 1 };
const kernel: Edit = { kind: 'kernel', constant: 'conv.weight', shape: [4, 1, 1, 1], data: [1, 2, 3, 4] };
const [network] = smallPage().networks;
const [conv] = network.model.nodes;

describe('edits', () => {
  it('a later one takes the place of one of the same number', () => {
    expect(withEdit([weight(0, 1), silence, weight(1, 2)], weight(0, 3))).toEqual([
      silence,
      weight(1, 2),
      weight(0, 3),
    ]);
  });

  it('a new kernel forgets what was changed in the old one, but nothing else', () => {
    const bias: Edit = { kind: 'weight', constant: 'conv.bias', index: 0, value: 1 };
    expect(withEdit([weight(0, 1), bias, silence], kernel)).toEqual([bias, silence, kernel]);
  });

  it('are taken back one by one, or all of a weight', () => {
    expect(withoutEdit([weight(0, 1), silence], weight(0, 9))).toEqual([silence]);
    expect(withoutConstant([weight(0, 1), kernel, silence], 'conv.weight')).toEqual([silence]);
  });

  it('a layer that becomes what it was is no edit', () => {
    const identity = { kind: 'identity' } as const;
    const edits = withLayer([], 'conv', conv.layer, identity);
    expect(layerNow(edits, 'conv', conv.layer)).toEqual(identity);
    expect(withLayer(edits, 'conv', conv.layer, { ...conv.layer })).toEqual([]);
    expect(layerNow([], 'conv', conv.layer)).toBe(conv.layer);
  });

  it('reach the layers behind them', () => {
    expect([...reachedLayers(network, [weight(0, 1)])]).toEqual(['conv', 'relu', 'pool', 'fc']);
    expect([...reachedLayers(network, [{ kind: 'silence', layer: 'pool', channel: 0 }])]).toEqual(['pool', 'fc']);
    expect([...reachedLayers(network, [])]).toEqual([]);
  });

  it('are told in words', () => {
    const words = (edit: Edit) =>
      editWords(edit, 'constant' in edit ? shapeOfConstant(network, [], edit.constant) : [], ({ kind }) => kind);
    expect(words(weight(12, 0.5))).toBe('conv.weight [1, 0, 1, 0] is 0.5');
    expect(words(silence)).toBe('relu: channel 1 is silent');
    expect(words(kernel)).toBe('conv.weight is another kernel of 1×1');
    expect(shapeOfConstant(network, [kernel], 'conv.weight')).toEqual([4, 1, 1, 1]);
    expect(isSilenced([silence], 'relu', 1)).toBe(true);
    expect(isSilenced([silence], 'relu', 2)).toBe(false);
  });
});
