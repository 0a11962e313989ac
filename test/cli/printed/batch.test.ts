import { comparesWith } from './transcript.js';

comparesWith('batch.txt');
