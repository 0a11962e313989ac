import { comparesWith } from './transcript.js';

comparesWith('layer.txt');
