import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../src/analysis/histogram.js';
import { lineGraph } from '../../src/commands/article/line-graph.js';
import { differencePicture, valuesPictures } from '../../src/commands/check/difference.js';
import { channelBars } from '../../src/commands/class/ablate-study.js';
import { heatMap, overlay } from '../../src/commands/class/class-map.js';
import { patchSheet } from '../../src/commands/class/top-report.js';
import { confusionMatrix, learningCurve } from '../../src/commands/head/head-figures.js';
import { drawKernels } from '../../src/commands/layer/kernels-figure.js';
import { drawnSweep, type SweepGridCell, sweepGrid } from '../../src/commands/layer/sweep-grid.js';
import { architectureFigure } from '../../src/commands/network/architecture.js';
import { filtersSheet } from '../../src/commands/network/filters-figure.js';
import { filmOf, watchFrame } from '../../src/commands/train/watch-figure.js';
import type { Watched } from '../../src/commands/train/watch-record.js';
import type { Image } from '../../src/core/image.js';
import type { RunProfile } from '../../src/core/profile.js';
import { classBars } from '../../src/draw/class-bars.js';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { type FigureLook, PLAIN_LOOK, titledScene } from '../../src/draw/figure.js';
import { histograms } from '../../src/draw/histograms.js';
import { overview } from '../../src/draw/overview.js';
import { blank } from '../../src/draw/part.js';
import { preprocessAudit } from '../../src/draw/preprocess-audit.js';
import { profileBars } from '../../src/draw/profile-bars.js';
import type { Scene } from '../../src/draw/scene/scene.js';
import { strip } from '../../src/draw/strip.js';
import { unitBars } from '../../src/draw/unit-bars.js';
import { msWords, wayOf, withKinds } from '../../src/reports/profile.js';
import { randomArray } from '../random.js';
import { faultsOf, textBoxes, wordsOf } from './scenes.js';

const options = { title: 'photo.jpg 640×427', scaleRule: { kind: 'auto' }, colormap: 'gray', signs: true } as const;
const NAMES = ['edge3x3', 'a-rather-long-name-without-any-space-'.repeat(6), 'Größe überall: Łódź 写真'];
const plane = (width: number, height: number, seed = 1) => ({
  width,
  height,
  values: randomArray(width * height, seed),
});
const photo = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  depth: 8,
  data: new Uint8Array(width * height * 3).fill(90),
});
/** As usual, and as where letters are large against the paper, with words of the user's own. */
const LOOKS: readonly (readonly [string, FigureLook])[] = [
  ['as usual', PLAIN_LOOK],
  ['on a slide', { box: 0.54, width: 1040, title: NAMES[1], caption: `${NAMES[2]} ${NAMES[1]} ${NAMES[0]}` }],
];
const SIZES = [
  [1, 1],
  [40, 30],
  [900, 2],
  [2, 900],
  [299, 199],
] as const;

/** Every figure of one plane or a list of planes. */
function mapFigures(name: string, width: number, height: number, count: number, look: FigureLook): Scene[] {
  const maps = Array.from({ length: count }, (_, i) => ({
    label: i % 2 ? `${name} ${i}` : String(i),
    ...plane(width, height, i),
  }));
  const kernel = { label: name, channels: [plane(3, 3), plane(3, 3, 2), plane(3, 3, 3), plane(3, 3, 4)] };
  const stages = [
    { step: { above: 'stride 2\npadding same', below: '' }, words: 'convolution', map: maps[0] },
    { step: { above: 'bias −0.5', below: 'leaky_relu:0.1' }, words: 'fires on 6.93 %', map: maps[0] },
    { step: { above: 'max 2×2', below: 'stride 3' }, words: 'pooled', map: maps[0] },
  ];
  const rows = maps.slice(0, 30).map((map) => ({
    input: photo(width, height),
    kernel,
    stages: stages.map((stage) => ({ ...stage, map })),
  }));
  const cells: SweepGridCell[] = maps.slice(0, 100).map((map, i) => ({
    label: `stride ${i} · bias −1.25e+6 · pool gauss · pool size 12x15 · pool stride 12x15`,
    details: ['731×531', '5,705,966,700 MACs', 'fires 0.0157 %'],
    plane: i === 1 ? null : map,
    peak: { x: 0, y: 0 },
  }));
  const swept = { facts: name, input: photo(width, height), frames: [], kernels: [kernel], cells, columns: null };
  const compared = maps.slice(0, 60).map(({ values, ...map }, i) => ({
    ...map,
    expected: values,
    got: randomArray(values.length, i + 7),
    x: width - 1,
    y: 0,
  }));
  const drawn = [differencePicture(name, name, compared), ...Object.values(valuesPictures(name, name, compared))];
  const frames = [{ x: 0, y: 0, width: 1, height: 1 }];
  return [
    contactSheet(maps, { ...options, facts: name, look }).scene,
    contactSheet(maps, { ...options, facts: name, look, each: true, input: photo(640, 427) }).scene,
    strip(rows, { ...options, facts: name, look }).scene,
    heatMap(maps[0], { ...options, facts: name, what: name, frames, look }).scene,
    overlay(
      { image: photo(width, height), plane: plane(4, 3), smooth: true, frames },
      { ...options, facts: name, what: name, look },
    ).scene,
    sweepGrid(drawnSweep({ ...options, ...swept, headings: null }), look).scene,
    ...drawn.map((draw) => draw(look).scene),
    preprocessAudit({
      title: name,
      facts: name,
      steps: (['decoded', 'resized', 'normalised'] as const).map((step, s) => ({
        name: step,
        width,
        height,
        channels: 3,
        values: ['red', 'green', 'blue'].map((channel) => ({ name: channel, min: -1.25, max: 1e6 + s, mean: 0.001 })),
      })),
      pictures: [photo(width, height), photo(width, height)],
      crop: null,
      values: randomArray(3 * width * height, 2),
      look,
    }).scene,
    overview({
      ...options,
      facts: name,
      input: photo(width, height),
      stages: maps
        .slice(0, 6)
        .map((map) => ({ name, size: '64 maps 55 × 55', way: [name, '7 layers'], maps: [map, map] })),
      end: { name, size: '1,000 classes', way: [name], bars: [{ label: name, words: '71.2 %', share: 0.7 }] },
      look,
    }).scene,
  ];
}

/** A watched training with kernels [M, C, kH, kW], an image and maps of these sizes. */
function watchedOf(name: string, [M, C, kH, kW]: readonly number[], [width, height]: readonly number[]): Watched {
  const shownKernels = Math.min(M, 64);
  const layers = [1, 8, 512].map((channels, i) => ({
    name: `${name}.${i}`,
    shape: [channels, height, width],
    shown: Math.min(channels, 8),
  }));
  const right = (loss: number) => ({ loss, accuracy: 1 / (1 + loss) });
  return {
    network: name,
    data: name,
    classes: [name, 'b'],
    parameters: 1_999_999,
    steps: 1_250_000,
    layer: name,
    kernelShape: [M, C, kH, kW],
    shownKernels,
    layers,
    image: { picture: photo(width, height), label: 0, of: 'held-out' },
    measured: 1000,
    snapshots: [0, 1, 2, 4, 1024, 1_249_999, 600_000].map((step, i) => ({
      step,
      epoch: i,
      training: i === 0 || i === 6 ? null : right(1e6 / (step + 1)),
      heldOut: right(1.234e-5 * i),
      kernels: randomArray(shownKernels * C * kH * kW, i),
      maps: layers.map(({ shown }) => randomArray(shown * width * height, i + 5)),
      said: i % 3,
      isKept: i === 6,
    })),
  };
}

/** A profile of so many layers of very different lengths, with as much said of each as there may be. */
function profileOf(name: string, count: number): RunProfile {
  const layers = Array.from({ length: count }, (_, i) => ({
    part: i % 2 ? name : '',
    layer: `${name} ${i}`,
    kind: 'adaptive_avg_pool',
    algorithm: i % 3 ? 'winograd4x3' : null,
    with: Array.from({ length: i % 5 }, () => ({ layer: name, kind: 'leaky_relu', how: 'fused' as const })),
    shape: [1, 2048, 112, 112],
    runs: i,
    ms: i === 1 ? 123456.7 : i / 1000,
    share: 100 / count,
    macs: i % 2 ? 1e12 : 0,
    gflops: i % 2 ? 12345.6 : null,
    bytes: 4e9,
  }));
  return { layers, ms: layers.reduce((sum, { ms }) => sum + ms, 0), packMs: 12, vectorBits: 128, macs: 1e12 };
}

/** Every figure that is not made of planes. */
function otherFigures(name: string, count: number, look: FigureLook): Scene[] {
  const bars = Array.from({ length: Math.min(count, 30) }, (_, i) => ({
    label: `${name} ${i}`,
    value: i - 3,
    detail: '12.5 %',
  }));
  const layer = {
    from: ['input'],
    words: 'conv 3×3 stride 2 padding 1',
    params: 1,
    groups: 1,
    kernel: [3, 3] as const,
  };
  const classes = Array.from({ length: Math.min(count, 70) }, (_, i) => `${name} ${i}`);
  const curves = [-1, 0, 2].map((bias) => ({
    label: `${name} ${bias}`,
    points: [
      [-3, 0],
      [-bias, 0],
      [3, 3 + bias],
    ] as const,
    marks: [[-bias, 0]] as const,
  }));
  const rows = [
    [1, -2.5e-7, 3],
    [123456, 0, -1],
  ];
  return [
    channelBars(bars, name, name, look).scene,
    classBars([{ label: name, bars, more: 980, note: '2 of 10 scores are NaN' }], { title: name, facts: name, look })
      .scene,
    profileBars(profileOf(name, count), {
      title: name,
      facts: name,
      words: { ms: msWords, way: wayOf, with: withKinds },
      look,
    }).scene,
    unitBars([{ label: '', values: randomArray(count, 3) }], {
      title: name,
      facts: name,
      scaleRule: { kind: 'minmax' },
      look,
    }).scene,
    histograms(
      bars.map(({ label }, i) => ({
        name: label,
        size: '64 maps 55 × 55',
        facts: ['3 of 64 never fire'],
        histogram: histogramOf(randomArray(500, i), 64),
      })),
      { title: name, facts: name, look },
    ).scene,
    learningCurve(
      {
        title: name,
        points: Array.from({ length: count + 1 }, (_, i) => ({
          iteration: i,
          training: 1 / (i + 1),
          heldOut: 1.5 / (i + 1),
        })),
        best: 1,
      },
      look,
    ).scene,
    confusionMatrix(
      { title: name, classes, confusion: classes.map((_, i) => classes.map((__, j) => (i === j ? 12345 : j % 3))) },
      look,
    ).scene,
    lineGraph({ title: name, facts: name, xLabel: 'x', yLabel: 'y', curves }, look).scene,
    drawKernels([{ name, rows }, ...classes.slice(0, 20).map((own) => ({ name: own, rows: [[1]] }))], look).scene,
    filtersSheet({
      title: name,
      facts: name,
      shape: [70, 5, 3, 3],
      data: randomArray(70 * 45, 1),
      range: null,
      colormap: 'gray',
      look,
    }).scene,
    patchSheet(
      classes.slice(0, 12).map((label) => ({
        label,
        patches: Array.from({ length: 4 }, () => ({
          image: photo(112, 112),
          lines: ['1.25e+6', name, '(600, 400)'] as const,
        })),
      })),
      name,
      name,
      look,
    ).scene,
    architectureFigure(
      name,
      {
        inputs: [{ name: 'input', shape: [1, 3, 224, 224] }],
        layers: [
          { ...layer, name, kind: 'conv', outShape: [1, 64, 112, 112] },
          { ...layer, name: 'b', kind: 'conv', from: [name], outShape: [1, 2048, 1, 1] },
          { ...layer, name: 'c', kind: 'linear', from: ['b'], kernel: null, outShape: [1, 1000] },
        ],
        params: 1e9,
        macs: 1e12,
      },
      look,
    ).scene,
  ];
}

describe('texts of figures neither overlap nor are cut off, and can be read', () => {
  describe.each(LOOKS)('%s', (_, look) => {
    it.each(SIZES.flatMap(([width, height]) => [1, 7].map((count) => [count, width, height] as const)))(
      '%d maps %d×%d',
      (count, width, height) => {
        for (const name of NAMES) {
          for (const scene of mapFigures(name, width, height, count, look)) {
            expect(faultsOf(scene), wordsOf(scene).slice(0, 200)).toEqual([]);
          }
        }
      },
    );

    it.each([
      [512, 13, 13],
      [512, 1, 1],
    ])('a sheet of %d maps %d×%d', (count, width, height) => {
      const maps = Array.from({ length: count }, (_, i) => ({
        label: `${NAMES[i % 3]} ${i}`,
        ...plane(width, height, i),
      }));
      const { scene } = contactSheet(maps, { ...options, look });
      expect(textBoxes(scene).length).toBeGreaterThan(count);
      expect(faultsOf(scene)).toEqual([]);
    });

    it.each([
      [1, 1, 1, 1, 1, 1],
      [6, 1, 5, 5, 28, 28],
      [64, 3, 7, 7, 64, 64],
      [96, 2, 3, 3, 64, 2],
      [512, 16, 1, 9, 2, 64],
      [3, 40, 64, 64, 33, 64],
    ])('frames of a training: %d kernels %d×%d×%d, maps %d×%d', (M, C, kH, kW, width, height) => {
      for (const name of NAMES) {
        const watched = watchedOf(name, [M, C, kH, kW], [width, height]);
        for (const one of [
          watched,
          { ...watched, measured: 0, layers: [], snapshots: watched.snapshots.slice(0, 1) },
        ]) {
          const film = filmOf(one);
          const scenes = one.snapshots.map((_, s) => watchFrame(film, look, s));
          for (const scene of scenes) expect(faultsOf(scene), wordsOf(scene).slice(0, 200)).toEqual([]);
          expect(new Set(scenes.map((scene) => `${scene.width}×${scene.height}`)).size).toBe(1);
        }
      }
    });

    it.each([1, 7, 512])('figures of %d things that are no maps', (count) => {
      for (const name of NAMES) {
        for (const scene of otherFigures(name, count, look)) {
          expect(faultsOf(scene), wordsOf(scene).slice(0, 200)).toEqual([]);
        }
      }
    });
  });

  it('is seen when it happens', () => {
    const bad: Scene = {
      width: 60,
      height: 40,
      marks: [
        { kind: 'text', x: 2, y: 20, text: 'abc', size: 15, weight: 'regular', paint: 'ink', anchor: 'start' },
        { kind: 'text', x: 20, y: 25, text: 'defghijk', size: 10, weight: 'regular', paint: 'ink', anchor: 'start' },
      ],
    };
    expect(faultsOf(bad)).toEqual(
      ['"defghijk" is cut off', '"defghijk" is 10 points high', '"abc" lies over "defghijk"'].slice(
        textBoxes(bad)[1].right > 60 ? 0 : 1,
      ),
    );
    expect(faultsOf(titledScene('t', 'f', blank(10, 10), null, PLAIN_LOOK))).toEqual([]);
  });
});
