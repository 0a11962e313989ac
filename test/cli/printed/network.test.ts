import { comparesWith } from './transcript.js';

comparesWith('network.txt');
