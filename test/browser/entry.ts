import { classGradient } from '../../src/analysis/class-gradient.js';
import { chainBehind } from '../../src/analysis/explain/chain.js';
import { measureField } from '../../src/analysis/field.js';
import { planRun, type Runnable, runSubject, shapeOf } from '../../src/analysis/kept-run.js';
import { explainLayer } from '../../src/analysis/layer-run.js';
import { planScenes } from '../../src/analysis/scenes.js';
import { openScores } from '../../src/analysis/score-session.js';
import { bindNetwork, parsePipe } from '../../src/models/networks/index.js';

const OPTIONS = { exact: false, algorithm: null };
const DOORS = { breathe: () => undefined, team: null, watch: true };

/** What a page does with a pipe and the numbers of an image [1, C, H, W]: one number explained, its field, its scenes. */
export async function explainPipe(pipe: string, data: Float32Array, shape: readonly number[]) {
  const info = { dtype: 'float32', shape } as const;
  const subject: Runnable = {
    fed: new Map(),
    open: ['input'],
    bind: (input) => ({
      ...bindNetwork(parsePipe(pipe), input, { kind: 'none' }, new Map()),
      branches: null,
      settle: null,
    }),
    retell: (error) => error,
  };
  const fed = { info, x: { data, shape } };
  const shaped = shapeOf(subject, fed);
  const { model } = shaped.shaped;
  const value = model.outputs[0];
  const planned = planRun(shaped, chainBehind(model, value).keep, OPTIONS);
  const run = await runSubject(subject, planned, fed, OPTIONS, DOORS);
  const [, channels, height, width] = shape;
  const facts = { path: 'page', width, height, channels, items: 1, colour: 'RGB', depth: 8 };
  const view = { facts, layer: value, value, network: pipe, picture: null, notes: [] };
  const explanation = explainLayer({ ...run, ...view, channel: 0 }, { channel: 0, item: 0, at: { x: 1, y: 1 } });
  const field = measureField({ ...view, shaped: run.shaped }, { at: { x: 1, y: 1 }, pixel: null });
  const scenes = await planScenes({ ...run, ...view, channel: 0 }, 0, 0, { seconds: 1, region: null }, () => undefined);
  return { explanation, window: field.window, shown: scenes.shown };
}

/** Class maps begin with these. */
export const CLASSES = { classGradient, openScores };
