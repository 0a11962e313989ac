import { comparesWith } from './transcript.js';

comparesWith('check.txt');
