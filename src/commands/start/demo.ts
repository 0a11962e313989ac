import type { Command } from 'commander';

/** Adds `demo`: the main job on a photograph that ships with the package. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('the main job on a photograph that ships with the package')
    .description(
      'Run the main job on a photograph of a rocket launch, and print the commands. The photograph lies beside the pictures.',
    )
    .option('-o, --out <folder>', 'where the photograph and the pictures go', 'cnnviz-demo')
    .action(async ({ out }: { out: string }) => {
      const { runDemo } = await import('./run-demo.js');
      await runDemo(out);
    });
}
