// Loaded before the command (NODE_OPTIONS --require): opening a file whose name has "deadly" in it ends the process that works on
// it, or with CNNVIZ_DEADLY=worker the worker that it works for, and every other image takes CNNVIZ_SLOW milliseconds more.
const promises = require('node:fs/promises');

const { open } = promises;
const wait = Number(process.env.CNNVIZ_SLOW ?? 0);
promises.open = async (path, ...rest) => {
  if (process.send !== undefined && /\.(png|jpg)$/.test(String(path))) {
    if (String(path).includes('deadly')) {
      if (process.env.CNNVIZ_DEADLY === 'worker') process.kill(process.ppid, 'SIGKILL');
      else process.kill(process.pid, 'SIGSEGV');
    }
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return open(path, ...rest);
};
