import type { Command } from 'commander';
import { addCompletion } from './completion.js';
import { addConv } from './conv.js';
import { addDemo } from './demo.js';
import { addKernels } from './kernels.js';
import { addRead } from './read.js';

/** Every command, in the order help shows them. */
export const COMMANDS: readonly ((program: Command) => void)[] = [addConv, addKernels, addRead, addDemo, addCompletion];
