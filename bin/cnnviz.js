#!/usr/bin/env node
import module from 'node:module';

// Node 22.1 and newer keep compiled code between runs; older ones have no such function.
module.enableCompileCache?.();
const { main } = await import('../dist/cli/main.js');
await main(process.argv);
