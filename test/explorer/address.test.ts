import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress, readScale, startState, writeAddress } from '../../src/explorer/address.js';
import type { PageState } from '../../src/explorer/state.js';
import { smallPage } from './page/small-page.js';

const page = smallPage();
const start = startState(page);

const STATES: readonly (readonly [what: string, change: Partial<PageState>])[] = [
  ['a value of a map', { layer: 'relu', channel: 3, at: { x: 5, y: 7 }, view: 'map' }],
  ['the input', { layer: null }],
  ['another image', { image: 1 }],
  ['an image that was given', { image: null }],
  ['a look', { look: { scale: { kind: 'symmetric' }, colormap: 'diverging', each: true } }],
  ['fixed ends', { look: { scale: { kind: 'fixed', lo: -1.5, hi: 2e-7 }, colormap: 'gray', each: false } }],
  ['percentiles', { look: { scale: { kind: 'percentiles', lo: 1, hi: 99.5 }, colormap: 'gray', each: false } }],
  ['a class', { view: 'classes', class: 281 }],
  [
    'a preparation',
    {
      preset: {
        geometry: { resize: [28, 28], crop: null },
        preprocess: { pixels: 'signed', gray: true, normalize: { mean: [0.5], std: [0.25] } },
      },
    },
  ],
  [
    'edits in their order',
    {
      edits: [
        {
          kind: 'kernel',
          constant: 'conv.weight',
          shape: [4, 1, 1, 10],
          data: Array.from({ length: 40 }, (_, i) => i / 7),
        },
        { kind: 'weight', constant: 'conv.weight', index: 39, value: -1e-9 },
        { kind: 'silence', layer: 'relu', channel: 2 },
        { kind: 'layer', layer: 'relu', becomes: { kind: 'identity' } },
        {
          kind: 'layer',
          layer: 'conv',
          becomes: {
            kind: 'conv',
            stride: [2, 1],
            padding: 'same',
            paddingMode: 'reflect',
            dilation: [1, 3],
            groups: 1,
          },
        },
        {
          kind: 'layer',
          layer: 'pool',
          becomes: {
            kind: 'gauss_pool',
            kernelSize: [3, 3],
            stride: [1, 1],
            pads: [0, 1, 0, 1],
            ceilMode: true,
            sigma: [0.75, 0.75],
            countIncludePad: true,
          },
        },
      ],
    },
  ],
];

describe('the address', () => {
  it('says nothing of a page as it begins', () => expect(writeAddress(start, page)).toBe(''));

  it.each(STATES)('keeps %s', (_, change) => {
    const state = { ...start, ...change };
    expect(readAddress(`#${writeAddress(state, page)}`, page)).toEqual(state);
  });

  it('keeps names with every letter that means something in it', () => {
    const name = 'a&b=c#d%20:"<\n>,ü';
    const network = page.networks[0];
    const layers = [...network.layers, { ...network.layers[0], name }];
    const odd = { ...page, networks: [{ ...network, layers }] };
    const state: PageState = { ...start, layer: name, edits: [{ kind: 'silence', layer: name, channel: 1 }] };
    expect(readAddress(writeAddress(state, odd), odd)).toEqual(state);
  });
});

describe('what cannot be read is left out', () => {
  const FAULTS: readonly string[] = [
    'network=7&image=9&layer=none&channel=x&at=1;2&view=toString&colormap=constructor&scale=2,1&class=-1',
    'channel=4',
    'preset={"geometry":{}}',
    'preset=[',
    'silence=99:relu',
    'silence=1:other',
    'weight=40:1:conv.bias',
    'weight=1:1e999:conv.bias',
    'set=["conv",{"kind":"conv","stride":[1e9,1],"padding":0,"paddingMode":"zeros","dilation":[1,1],"groups":1}]',
    'set=["conv",{"kind":"lstm"}]',
    'set=["conv",{"kind":"activation","name":"toString","parameters":[]}]',
    'kernel=["conv.weight",[4,1,3,3],[1]]',
    'kernel=["conv.weight",[-1,-1,1,1],[1]]',
    '%%%',
  ];
  it.each(FAULTS)('%s', (text) => expect(readAddress(`#${text}`, page)).toEqual(start));

  it('whatever is typed', () => {
    const names = [
      'network',
      'image',
      'layer',
      'channel',
      'at',
      'view',
      'scale',
      'colormap',
      'preset',
      'weight',
      'set',
      'kernel',
    ];
    const typed = fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(fc.string(), fc.json(), fc.constant('0'))));
    fc.assert(
      fc.property(typed, (pairs) => {
        const state = readAddress(new URLSearchParams(pairs).toString(), page);
        expect(readAddress(writeAddress(state, page), page)).toEqual(state);
      }),
    );
  });

  it('takes no field of a layer that it does not know', () => {
    const text = `set=${encodeURIComponent('["relu",{"kind":"identity","then":"evil"}]')}`;
    expect(readAddress(text, page).edits).toEqual([{ kind: 'layer', layer: 'relu', becomes: { kind: 'identity' } }]);
  });

  it('a scale upside down is none', () => {
    expect(readScale('-1,1')).toEqual({ kind: 'fixed', lo: -1, hi: 1 });
    expect(readScale('1,-1')).toBeNull();
    expect(readScale('p0,p101')).toBeNull();
    expect(readScale('p1,2')).toBeNull();
  });
});
