import { comparesWith } from './transcript.js';

comparesWith('head.txt');
