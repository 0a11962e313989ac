import type { AnyCommand } from '../cli/command.js';
import { article } from './article/article.js';
import { batch } from './batch/merge.js';
import { check } from './check/check.js';
import { diff } from './check/diff.js';
import { ablate } from './class/ablate.js';
import { gradcam } from './class/gradcam.js';
import { occlude } from './class/occlude.js';
import { saliency } from './class/saliency.js';
import { top } from './class/top.js';
import { head } from './head/head.js';
import { animate } from './layer/animate.js';
import { conv } from './layer/conv.js';
import { explain } from './layer/explain.js';
import { field } from './layer/field.js';
import { kernels } from './layer/kernels.js';
import { plan } from './layer/plan.js';
import { read } from './layer/read.js';
import { sweep } from './layer/sweep.js';
import { compare } from './network/compare.js';
import { filters } from './network/filters.js';
import { preprocess } from './network/preprocess.js';
import { run } from './network/run.js';
import { summary } from './network/summary.js';
import { weights } from './network/weights.js';
import { completion } from './start/completion.js';
import { demo } from './start/demo.js';

/** Every command, in the groups and the order that help shows them in. */
export const COMMAND_GROUPS: readonly (readonly [title: string, commands: readonly AnyCommand[]])[] = [
  ['One layer:', [conv, sweep, explain, animate, field, kernels, plan, read]],
  ['Networks:', [run, summary, filters, weights, compare, preprocess]],
  ['What a network looks at:', [gradcam, saliency, occlude, ablate, top]],
  ['My own classes:', [head]],
  ['Maps that must not change, many images:', [check, diff, batch]],
  ['To begin with:', [demo, article, completion]],
];
