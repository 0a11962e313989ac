import { parentProcess } from '../io/child-process.js';
import { removeTemporaries } from '../io/temporaries.js';
import { threadThatStarted } from '../io/threads.js';
import { wantsWide } from '../io/wide.js';
import { useWide, useWideAsStarted } from '../run/wide.js';
import { type FromLane, serveLane, type ToLane } from './lane.js';
import { LanePool } from './lane-pool.js';
import type { FromWorker, ToWorker } from './worker-pool.js';

/** A worker process of a batch, or one of its threads. */
const starter = threadThatStarted();
if (starter !== null) {
  useWideAsStarted();
  const { send, receive } = starter;
  serveLane({ send, receive: (listener) => receive((message) => listener(message as ToLane)) }, true);
} else {
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
      if (message.lanes === 1) serveLane({ send: tell, receive: take }, false);
      else {
        const pool = new LanePool(message.lanes, tell);
        take((next) => pool.receive(next));
      }
    }
    listener(message);
  });
}
