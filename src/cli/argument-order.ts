import { CnnvizError } from '../core/errors.js';
import { commandText } from '../core/text.js';
import { builtinName } from '../models/networks/index.js';
import { type FileKind, kindOfFile, orNull } from '../run/file-kind.js';

/**
 * Refuses a command whose network is an image: the two stand in the other order, or the network is missing.
 * `before`: what stands before the network, "gradcam"; `others`: what is named behind it.
 * @throws CnnvizError 'usage' with the command that was meant
 */
export function refuseSwapped(before: string, network: string, others: readonly string[]): void {
  if (builtinName(network) === network || network.includes('|')) return;
  const found = kindOf(network);
  if (found?.kind !== 'image' && found?.kind !== 'array') return;
  const meant = others.find(isNetwork);
  const rest = others.filter((one) => one !== meant);
  const args = before === 'compare' ? [...others, network] : [meant ?? '', network, ...rest];
  throw new CnnvizError('usage', `${network}: ${found.what}, where a network is expected`, {
    fix: meant ? `the network comes first: ${command(before, args)}` : lacking(before, network, others),
  });
}

/** What to type when no network is named at all. */
function lacking(before: string, image: string, others: readonly string[]): string {
  if (before === 'summary' || before === 'filters') {
    return `a network has one: ${command(before, ['alexnet'])}; of an image: ${command('run', ['alexnet@alexnet.pth', image])}`;
  }
  return `the network comes first: ${command(before, ['alexnet@alexnet.pth', image, ...others])}`;
}

function command(before: string, args: readonly string[]): string {
  return commandText([...before.split(' '), ...args]);
}

/** Whether a word names a network, and not an image: a pipe, a built-in, a file by what it holds, each with @WEIGHTS or without. */
export function isNetwork(text: string): boolean {
  if (text.includes('|') || builtinName(text.split('@')[0]) !== null) return true;
  const at = text.lastIndexOf('@');
  const kind = (kindOf(text) ?? (at > 0 ? kindOf(text.slice(0, at)) : null))?.kind;
  return (kind !== undefined && NETWORKS.includes(kind)) || /\.(onnx|ya?ml)(@.+)?$/i.test(text);
}

const NETWORKS: readonly FileKind['kind'][] = ['model', 'network', 'head', 'checkpoint'];

function kindOf(path: string): FileKind | null {
  return orNull(() => kindOfFile(path));
}
