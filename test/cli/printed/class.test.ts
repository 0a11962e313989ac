import { comparesWith } from './transcript.js';

comparesWith('class.txt');
