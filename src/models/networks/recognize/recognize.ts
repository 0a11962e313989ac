import { shellWord } from '../../../core/text.js';
import { BUILTIN_NETWORKS } from '../builtin/index.js';
import { type Fit, fitBuiltin } from './fit.js';
import { type KnownFamily, knownFamily } from './known-families.js';
import { type NamedTensor, readingsOf } from './reading.js';

/** What a checkpoint's tensors are those of, all names and shapes considered. */
export type Architecture<T extends NamedTensor = NamedTensor> =
  /** A built-in network: all its tensors are there, but perhaps for those of its head. */
  | { readonly kind: 'builtin'; readonly fit: Fit<T> }
  /** Nearly a built-in one: `fault` says what differs. `isMeant`: it is one for whoever says so. */
  | { readonly kind: 'variant'; readonly fit: Fit<T>; readonly fault: string; readonly isMeant: boolean }
  /** One that is not built in. */
  | ({ readonly kind: 'known' } & KnownFamily);

/** Of a network and a file together so much must be the same that it is called nearly that network. */
const NEARLY = 0.5;

/** Tensors beside a network that its forward() does not read: losses, and what training counts. */
const HARMLESS = /(^|\.)(criterion|loss(_fn|_func|es)?|optimizer|metrics?|ema|n_averaged|teacher)(\.|$)/;

/** The best of all fits: faultless ones first, whole ones before those without a head. */
function bestFit<T extends NamedTensor>(tensors: readonly T[], networks = BUILTIN_NETWORKS): Fit<T> | null {
  const fits = readingsOf(tensors).flatMap((reading) =>
    networks
      .filter(({ name }) => reading.naming?.networks.some((begin) => name.startsWith(begin)) ?? true)
      .map((network) => fitBuiltin(network, reading)),
  );
  const rank = ({ fault, cutAt, share }: Fit<T>) => (fault !== null ? 0 : cutAt !== null ? 2 : 4) + share;
  return fits.reduce<Fit<T> | null>((best, one) => (best === null || rank(one) > rank(best) ? one : best), null);
}

/** @returns null when neither a built-in network nor a well-known one has these names */
export function recognizeTensors<T extends NamedTensor>(tensors: Iterable<T>): Architecture<T> | null {
  const list = [...tensors];
  const fit = bestFit(list);
  if (fit !== null && fit.fault === null && fit.share > NEARLY) {
    const strange = fit.others.filter((one) => !HARMLESS.test(one));
    if (strange.length === 0) return { kind: 'builtin', fit };
    const count = strange.length === 1 ? '' : ` (${strange.length} in all)`;
    return { kind: 'variant', fit, fault: `it has ${strange[0]} as well${count}, outside of it`, isMeant: true };
  }
  if (fit?.fault && fit.share >= NEARLY) return { kind: 'variant', fit, fault: fit.fault, isMeant: false };
  const known = knownFamily(list);
  return known && { kind: 'known', ...known };
}

/** How tensors fit the network that somebody names; null when they do not. */
export function fitNamed<T extends NamedTensor>(name: string, tensors: readonly T[]): Fit<T> | null {
  const fit = bestFit(
    tensors,
    BUILTIN_NETWORKS.filter((one) => one.name === name),
  );
  return fit !== null && fit.fault === null && fit.share > NEARLY ? fit : null;
}

/** What a checkpoint turned out to be, and what to do with it. */
export function tellArchitecture(
  found: Architecture | null,
  file: string,
): { readonly what: string; readonly fix: string } {
  switch (found?.kind) {
    case 'builtin': {
      const { network, classes, cutAt } = found.fit;
      const end = cutAt === null ? (classes === null ? '' : ` for ${classes} classes`) : ' without its head';
      return {
        what: `by names and shapes the weights of ${network.name}${end}`,
        fix: `this looks like ${network.name}: cnnviz run ${shellWord(file)} photo.jpg`,
      };
    }
    case 'variant':
      return tellVariant(found, file);
    case 'known':
      return {
        what: `${found.words} by its tensors, which is not built in`,
        fix: exportAs('the model', found.file),
      };
    default:
      return {
        what: 'of an architecture that is not known here',
        fix: `name its layers before it: a network file (.yaml) or the text of print(model), ${shellWord(`net.yaml@${file}`)}; or ${exportAs('it', 'model')}`,
      };
  }
}

function tellVariant(
  { fit: { network, cutAt }, fault, isMeant }: Extract<Architecture, { kind: 'variant' }>,
  file: string,
): { readonly what: string; readonly fix: string } {
  const { name, title } = network;
  if (isMeant) {
    const without = cutAt === null ? '' : ' without its head';
    return {
      what: `${title}${without} by its tensors, within a larger network: ${fault}`,
      fix: `to take it as the built-in ${name} and leave the rest out: cnnviz run ${shellWord(`${name}@${file}`)} photo.jpg; or ${exportAs('it', 'model')}`,
    };
  }
  const isShort = / of its \d+ tensors are missing/.test(fault);
  const again = "a file that is not whole is saved again: torch.save(model.state_dict(), 'weights.pth'); ";
  return {
    what: `nearly ${title} by its tensors, but not the built-in ${name}: ${fault}`,
    fix: `${isShort ? again : ''}${exportAs('the model', name)}`,
  };
}

function exportAs(words: string, name: string): string {
  return `export ${words} where it was made: torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), '${name}.onnx'), then: cnnviz run ${name}.onnx photo.jpg`;
}
