// Preloaded into a command: at its end, the files it compiled and their letters, as JSON in the file of CNNVIZ_LOADED.
const Module = require('node:module');
const { writeFileSync } = require('node:fs');

const loaded = {};
const compile = Module.prototype._compile;
Module.prototype._compile = function (text, path, ...rest) {
  loaded[path] = text.length;
  return compile.call(this, text, path, ...rest);
};
process.on('exit', () => writeFileSync(process.env.CNNVIZ_LOADED, JSON.stringify(loaded)));
