import { arg, command } from '../../cli/command.js';

/** `cnnviz completion`: a script for the shell to load. */
export const completion = command({
  name: 'completion',
  description: 'Print a completion script: commands, options, their choices and the names of kernels.',
  examples: `Examples:
  cnnviz completion bash >> ~/.bashrc
  cnnviz completion zsh > "\${fpath[1]}/_cnnviz"
  cnnviz completion fish > ~/.config/fish/completions/cnnviz.fish
`,
  args: { shell: arg.choice('', ['bash', 'zsh', 'fish']) },
  flags: {},
  json: null,
  async answer({ shell }, { program }) {
    const { completionScript } = await import('./completion-script.js');
    const { GRADIENTS, KERNEL_NAMES } = await import('../../models/kernels.js');
    const names = [...KERNEL_NAMES, ...GRADIENTS.map(({ name }) => name)];
    const script = completionScript(shell, program, { '--kernel': names, names });
    // as it is: lines for a person would be cut to the terminal's width
    return { files: [{ place: '-', bytes: () => new TextEncoder().encode(script) }] };
  },
});
