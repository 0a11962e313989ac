import { availableParallelism } from 'node:os';
import { command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { maxPixelsFlag } from '../../cli/network-flags.js';
import { parseJobs } from '../../cli/parse.js';
import { LANGUAGES } from './language.js';

/** `cnnviz article`: inputs into a folder, a command for each figure, a page from their numbers. */
export const article = command({
  name: 'article',
  description: `Make every figure of an article on the fundamentals of convolutional networks, each with the one command that makes
it, try its laws on the engine, and write a page. Exits with 1 when a law does not hold or a figure cannot be made.`,
  examples: `Examples:
  cnnviz article -o out/                         every figure and law of the article: out/index.html, out/README.md
  cnnviz article -o out/ --image holiday.jpg     from a photograph of yours
  cnnviz article -o out/ --only F5,F7            some rows
  cnnviz article -o out/ --lang zh               the page in Chinese
`,
  flags: {
    image: flag.text('--image <file>', 'a photograph of your own, in place of the drawing that ships'),
    only: flag.text('--only <rows>', 'some rows, with commas: F5,F7; the page then has only these'),
    lang: flag.choice('--lang <language>', 'the language of the page: English or Chinese', LANGUAGES, 'en'),
    maxPixels: maxPixelsFlag,
    jobs: flag.of(
      '-j, --jobs <n>',
      'commands that run at once',
      (_, text) => parseJobs(text),
      String,
      String(Math.min(2, availableParallelism())),
    ),
  },
  output: {
    endings: [],
    what: 'the article',
    about: 'where page, pictures and inputs go',
    standard: 'cnnviz-article',
    draws: false,
  },
  async answer({ flags }, frame) {
    const { articleAnswer } = await import('./article-folder.js');
    return articleAnswer(flags, frame);
  },
});
