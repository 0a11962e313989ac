import type { Command } from 'commander';
import { addAblate } from './ablate.js';
import { addAnimate } from './animate.js';
import { addArticle } from './article.js';
import { addBatch } from './batch.js';
import { addCheck } from './check.js';
import { addCompare } from './compare.js';
import { addCompletion } from './completion.js';
import { addConv } from './conv.js';
import { addDemo } from './demo.js';
import { addDiff } from './diff.js';
import { addExplain } from './explain.js';
import { addField } from './field.js';
import { addFilters } from './filters.js';
import { addGradcam } from './gradcam.js';
import { addHead } from './head.js';
import { addKernels } from './kernels.js';
import { addOcclude } from './occlude.js';
import { addPlan } from './plan.js';
import { addPreprocess } from './preprocess.js';
import { addRead } from './read.js';
import { addRun } from './run.js';
import { addSaliency } from './saliency.js';
import { addSummary } from './summary.js';
import { addSweep } from './sweep.js';
import { addTop } from './top.js';
import { addWeights } from './weights.js';

/** Every command, in the groups and the order that help shows them in. */
export const COMMAND_GROUPS: readonly (readonly [title: string, add: readonly ((program: Command) => void)[]])[] = [
  ['One layer:', [addConv, addSweep, addExplain, addAnimate, addField, addKernels, addPlan, addRead]],
  ['Networks:', [addRun, addSummary, addFilters, addWeights, addCompare, addPreprocess]],
  ['What a network looks at:', [addGradcam, addSaliency, addOcclude, addAblate, addTop]],
  ['My own classes:', [addHead]],
  ['Maps that must not change, many images:', [addCheck, addDiff, addBatch]],
  ['To begin with:', [addDemo, addArticle, addCompletion]],
];
