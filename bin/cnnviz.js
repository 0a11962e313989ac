#!/usr/bin/env node
import module from 'node:module';

// Node 22.1 and newer keep compiled code between runs; older ones have no such function.
module.enableCompileCache?.();
// The command is one CommonJS file: `require` starts 30 ms sooner than the loader of ES modules.
const { main } = module.createRequire(import.meta.url)('../dist/cli/main.cjs');
await main(process.argv);
