import { describe, expect, it } from 'vitest';
import { foldLayers, shapeText, shownNames, typeAhead } from '../../../src/explorer/page/input/fold-layers.js';
import { moveInGraph } from '../../../src/explorer/page/maps/graph-keys.js';
import { moveInGrid, movePixel } from '../../../src/explorer/page/maps/grid-keys.js';

describe('keys in a grid of 4 columns and 10 things', () => {
  const grid = { columns: 4, count: 10, pageRows: 2 };
  const MOVES: readonly (readonly [from: number, key: string, isCtrl: boolean, to: number | null])[] = [
    [0, 'ArrowRight', false, 1],
    [3, 'ArrowRight', false, 4],
    [9, 'ArrowRight', false, null],
    [0, 'ArrowLeft', false, null],
    [4, 'ArrowLeft', false, 3],
    [1, 'ArrowDown', false, 5],
    [6, 'ArrowDown', false, 9],
    [8, 'ArrowDown', false, null],
    [1, 'ArrowUp', false, null],
    [9, 'ArrowUp', false, 5],
    [0, 'PageDown', false, 8],
    [3, 'PageDown', false, 9],
    [9, 'PageUp', false, 1],
    [6, 'Home', false, 4],
    [6, 'End', false, 7],
    [8, 'End', false, 9],
    [6, 'Home', true, 0],
    [0, 'End', true, 9],
    [0, 'a', false, null],
  ];
  it.each(MOVES)('from %i, %s (Ctrl: %s) goes to %s', (from, key, isCtrl, to) => {
    expect(moveInGrid(from, key, isCtrl, grid)).toBe(to);
  });
});

it('arrows move a pixel and stop at the border', () => {
  const size = { x: 5, y: 3 };
  expect(movePixel({ x: 1, y: 1 }, 'ArrowRight', 2, size)).toEqual({ x: 3, y: 1 });
  expect(movePixel({ x: 3, y: 1 }, 'ArrowRight', 2, size)).toEqual({ x: 4, y: 1 });
  expect(movePixel({ x: 1, y: 0 }, 'ArrowUp', 1, size)).toEqual({ x: 1, y: 0 });
  expect(movePixel({ x: 1, y: 0 }, 'ArrowDown', 1, size)).toEqual({ x: 1, y: 1 });
  expect(movePixel({ x: 1, y: 0 }, 'End', 1, size)).toEqual({ x: 4, y: 0 });
  expect(movePixel({ x: 1, y: 0 }, 'Enter', 1, size)).toBeNull();
});

describe('arrows in a graph that parts and meets', () => {
  const spots = [
    { name: 'a', x: 50, y: 0, from: [] },
    { name: 'left', x: 0, y: 50, from: ['a'] },
    { name: 'right', x: 100, y: 60, from: ['a'] },
    { name: 'sum', x: 50, y: 100, from: ['left', 'right'] },
  ];
  it('follow its lines', () => {
    expect(moveInGraph(spots, 'a', 'ArrowDown')).toBe('left');
    expect(moveInGraph(spots, 'left', 'ArrowRight')).toBe('right');
    expect(moveInGraph(spots, 'right', 'ArrowLeft')).toBe('left');
    expect(moveInGraph(spots, 'right', 'ArrowDown')).toBe('sum');
    expect(moveInGraph(spots, 'sum', 'ArrowUp')).toBe('right');
    expect(moveInGraph(spots, 'a', 'ArrowUp')).toBeNull();
    expect(moveInGraph(spots, 'a', 'End')).toBe('sum');
  });
});

describe('the list of layers', () => {
  it('of few layers is not folded', () => {
    expect(foldLayers(['layer1.a', 'layer1.b', 'layer1.c'])).toEqual(
      ['layer1.a', 'layer1.b', 'layer1.c'].map((name) => ({ prefix: null, names: [name] })),
    );
  });

  it('of many layers is folded by the first part of their names', () => {
    const block = (name: string) => Array.from({ length: 12 }, (_, i) => `${name}.${i}`);
    const folded = foldLayers(['conv1', 'bn1', ...block('layer1'), ...block('layer2'), 'fc']);
    expect(folded.map(({ prefix, names }) => [prefix, names.length])).toEqual([
      [null, 1],
      [null, 1],
      ['layer1', 12],
      ['layer2', 12],
      [null, 1],
    ]);
  });

  it('whose names all begin alike is folded by the next part', () => {
    const names = Array.from({ length: 30 }, (_, i) => `features.${Math.floor(i / 10)}.${i}`);
    const groups = foldLayers(names);
    expect(groups.map(({ prefix }) => prefix)).toEqual(['features.0', 'features.1', 'features.2']);
    expect(shownNames(groups[1]).slice(0, 2)).toEqual(['10', '11']);
    expect(shownNames({ prefix: null, names: ['fc'] })).toEqual(['fc']);
  });

  it('finds a layer by what is typed, the next one first', () => {
    const names = ['input', 'conv1', 'relu', 'conv2'];
    expect(typeAhead(names, 1, 'c')).toBe(3);
    expect(typeAhead(names, 3, 'c')).toBe(1);
    expect(typeAhead(names, 1, 'conv1')).toBe(1);
    expect(typeAhead(names, 0, 'RE')).toBe(2);
    expect(typeAhead(names, 0, 'x')).toBeNull();
  });

  it('tells shapes without an N of 1', () => {
    expect(shapeText([1, 8, 149, 225])).toBe('8 × 149 × 225');
    expect(shapeText([2, 10])).toBe('2 × 10');
    expect(shapeText([])).toBe('one number');
  });
});
