import { availableParallelism } from 'node:os';
import type { Command } from 'commander';

const EXAMPLES = `Examples:
  cnnviz article -o out/                         every figure and law of the article: out/index.html, out/README.md
  cnnviz article -o out/ --image holiday.jpg     from a photograph of yours
  cnnviz article -o out/ --only F5,F7            some rows
`;

/** Adds `article`: its flags are here, what it does is loaded when it runs. */
export function addArticle(program: Command): void {
  program
    .command('article')
    .summary('every figure and law of an article on the fundamentals, made and checked')
    .description(
      `Make every figure of an article on the fundamentals of convolutional networks, each with the one command that makes
it, try its laws on the engine, and write a page. Exits with 1 when a law does not hold or a figure cannot be made.`,
    )
    .addHelpText('before', EXAMPLES)
    .option('-o, --out <folder>', 'where page, pictures and inputs go', 'cnnviz-article')
    .option('--image <file>', 'a photograph of your own, in place of the drawing that ships')
    .option('--only <rows>', 'some rows, with commas: F5,F7; the page then has only these')
    .option('--max-pixels <n>', 'refuse larger images', '100M')
    .option('-j, --jobs <n>', 'commands that run at once', String(Math.min(2, availableParallelism())))
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (options) => {
      const { runArticle } = await import('./run-article.js');
      await runArticle(options);
    });
}
