// Loaded before the command (NODE_OPTIONS --require): a worker that opens the file CNNVIZ_HANG names says so, by a file with its
// process number in CNNVIZ_HANG_MARKS, and waits for ever. A test knows then when to strike, and whom.
const { writeFileSync } = require('node:fs');
const promises = require('node:fs/promises');
const { isMainThread } = require('node:worker_threads');

const { CNNVIZ_HANG: name, CNNVIZ_HANG_MARKS: marks } = process.env;
const { open } = promises;
promises.open = (path, ...rest) => {
  const isWorker = process.send !== undefined || !isMainThread;
  if (!isWorker || !String(path).endsWith(name)) return open(path, ...rest);
  writeFileSync(`${marks}/${process.pid}`, '');
  return new Promise(() => {});
};
