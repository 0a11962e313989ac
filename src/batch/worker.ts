import { parentProcess } from '../io/child-process.js';
import { removeTemporaries } from '../io/temporaries.js';
import { threadThatStarted } from '../io/threads.js';
import { wantsWide } from '../io/wide.js';
import { useWide, useWideAsStarted } from '../run/wide.js';
import { type FromLane, serveLane, type ToLane } from './lane.js';
import { LanePool } from './lane-pool.js';
import type { Studies } from './study-task.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** Serves as a worker process of a batch, or as one of its threads. `studies`: what commands do to their inputs, by name */
export function serveWorker(studies: Studies): void {
  const starter = threadThatStarted();
  if (starter === null) {
    serveProcess(studies);
    return;
  }
  useWideAsStarted();
  const { send, receive } = starter;
  serveLane({ send, receive: (listener) => receive((message) => listener(message as ToLane)) }, studies, true);
}

function serveProcess(studies: Studies): void {
  const parent = parentProcess(removeTemporaries);
  const tell = (message: FromLane): void => parent.send(message as FromWorker);
  let listener: (message: ToWorker) => void = () => {};
  const take = (lane: (message: ToWorker) => void): void => {
    listener = lane;
  };
  parent.receive((received) => {
    const message = received as ToWorker;
    if (message.type === 'open') {
      if (wantsWide(false)) useWide();
      if (message.lanes === 1) serveLane({ send: tell, receive: take }, studies, false);
      else {
        const pool = new LanePool(message.lanes, tell);
        take((next) => pool.receive(next));
      }
    }
    listener(message);
  });
}
