export { chalkStderr, default as chalk } from 'chalk';
