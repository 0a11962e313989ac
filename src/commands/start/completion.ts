import { Argument, type Command } from 'commander';

/** Adds `completion`: prints a script for the shell to load. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .summary('a completion script for your shell')
    .description('Print a completion script: commands, options, their choices and the names of kernels.')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'before',
      `Examples:
  cnnviz completion bash >> ~/.bashrc
  cnnviz completion zsh > "\${fpath[1]}/_cnnviz"
  cnnviz completion fish > ~/.config/fish/completions/cnnviz.fish
`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('./run-completion.js');
      const { GRADIENTS } = await import('../../models/kernels.js');
      const { KERNEL_NAMES } = await import('../../models/kernels.js');
      const names = [...KERNEL_NAMES, ...GRADIENTS.map(({ name }) => name)];
      process.stdout.write(completionScript(shell, program, { '--kernel': names, names }));
    });
}
