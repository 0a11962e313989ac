import { arg, command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { parseByteCount } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';

/** `cnnviz get`: trained weights into the user's cache. The only command that uses the network. */
export const get = command({
  name: 'get',
  description: `Fetch the weights that torchvision publishes for a built-in network, once: then every command that takes the network by
its name finds them. They are kept in your folder for caches (or in CNNVIZ_CACHE), and only when their SHA-256 is right.
A broken download goes on where it stopped. No other command fetches anything.`,
  examples: `Examples:
  cnnviz get --list                                      what there is, how large, and what is here already
  cnnviz get squeezenet1_1
  cnnviz get squeezenet1_1 -n                            from where, and where to; fetches nothing
  cnnviz get https://example.org/net.pth --sha256 HEX    any other file: then cnnviz run net.yaml@net.pth photo.jpg
`,
  args: { network: arg.maybe('a built-in network, or the address of a file') },
  flags: {
    list: flag.on('--list', 'list the networks whose weights can be fetched'),
    sha256: flag.of('--sha256 <hex>', 'what the file at an address must be: 64 digits', (_, text) => parseHash(text)),
    maxBytes: flag.of('--max-bytes <n>', 'refuse a file at an address that is larger', parseByteCount, String, '2G'),
  },
  namedFiles: true,
  dryRun: 'say what would be fetched, and where to; fetch and write nothing',
  async answer({ network = null, flags }, frame) {
    const { getAnswer, listAnswer } = await import('./get-answer.js');
    const { list, sha256, maxBytes } = flags;
    if (list && network !== null) {
      throw new CnnvizError('usage', `--list lists all, ${network} is one of them`, { fix: 'leave one of them out' });
    }
    if (list) return listAnswer(frame);
    if (network === null) {
      throw new CnnvizError('usage', 'get needs a network', { fix: '`cnnviz get --list` lists them' });
    }
    return getAnswer(network, { sha256, maxBytes }, frame);
  },
});

/** 64 digits, as sha256sum prints them. */
function parseHash(text: string): string {
  const hex = text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw new CnnvizError('usage', `--sha256: expected 64 hexadecimal digits, got "${text}"`, {
    fix: 'sha256sum FILE prints them, for a file that you trust',
  });
}
