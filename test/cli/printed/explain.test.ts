import { comparesWith } from './transcript.js';

comparesWith('explain.txt');
