import { helpWith } from '../engine/threads/shared-work.js';
import { helpTraining } from '../engine/training/network/team.js';
import { EngineMemory } from '../engine/wasm/memory.js';
import { receiveMessages } from '../io/threads.js';
import type { HelpMessage } from './threads.js';
import { useWideAsStarted } from './wide.js';

/** The memory of the last message: most messages come from one session. */
let last: { readonly id: number; readonly memory: EngineMemory } | null = null;

/** A worker thread of the engine: joins in whatever convolution or training it is told of. */
receiveMessages((message, lane) => {
  const told = message as HelpMessage;
  const { id, memory } = told;
  if (last?.id !== id) last = { id, memory: new EngineMemory('wasm', memory) };
  last.memory.refresh();
  if ('work' in told) helpWith(last.memory, told.work, lane);
  else helpTraining(last.memory, told.training, lane);
});
useWideAsStarted();
