import { CnnvizError } from '../core/errors.js';
import { formatNumber } from '../core/format.js';
import { plural } from '../core/geometry.js';
import type { ColormapName } from '../core/job.js';
import { VERSION } from '../core/version.js';
import { writeAtomic } from '../io/files.js';
import { baseName, joinPath, safeName } from '../io/paths.js';
import { altOfFilters } from '../reports/alt.js';
import { drawFilters, networkFilters } from '../stages/network-filters.js';
import { refuseSwapped } from './argument-order.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { networkRequest, type WeightFlags } from './network-job.js';
import { parseShape } from './parse.js';
import { showPictures } from './show/show.js';
import { openTerminal } from './terminal.js';

export interface FiltersFlags extends WeightFlags, PictureFlags {
  readonly layers: readonly string[];
  readonly kernels?: string;
  readonly colormap: ColormapName;
  readonly out?: string;
  readonly size?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz filters`: a sheet of kernels for each convolution. */
export async function runFilters(network: string, flags: FiltersFlags): Promise<void> {
  refuseSwapped('filters', network, []);
  const { layers, out, json, quiet, clobber, colormap } = flags;
  const range = flags.kernels === undefined ? null : parseRange(flags.kernels);
  const size = flags.size === undefined ? null : parseShape('--size', flags.size, ['C', 'H', 'W']);
  const terminal = await openTerminal({ quiet, reserveStdout: json || out === '-' });
  const found = await networkFilters(networkRequest(network, flags), layers, size);
  if (json) {
    const document = found.map(({ layer, shape, kernels, network: of }) => ({
      layer,
      shape,
      kernels,
      alt: altOfFilters({ network: of, layer, shape, kernels }),
    }));
    await terminal.send(
      new TextEncoder().encode(`${JSON.stringify({ cnnviz: VERSION, network, filters: document }, null, 2)}\n`),
    );
    if (out === undefined) return;
  }
  const isFile = out !== undefined && (out === '-' || /\.png$/i.test(out));
  if (isFile && found.length > 1) {
    throw new CnnvizError('usage', `${out}: one file cannot hold the kernels of ${found.length} layers`, {
      fix: 'name a folder',
    });
  }
  const written: string[] = [];
  for (const filters of found) {
    const args = ['filters', baseName(network), '--layers', filters.layer];
    const bytes = await drawFilters(filters, range, colormap, args);
    if (out === '-') {
      await terminal.send(bytes);
      continue;
    }
    const file = `${safeName(filters.network)}.${safeName(filters.layer)}.filters.png`;
    const path = isFile ? out : joinPath(out ?? '', file);
    await writeAtomic(path, bytes, { clobber });
    written.push(path);
    const [M, C, kH, kW] = filters.shape;
    const lo = Math.min(...filters.kernels.map(({ min }) => min));
    const hi = Math.max(...filters.kernels.map(({ max }) => max));
    terminal.print(
      `wrote ${terminal.style.strong(path)}  ${plural(M, 'kernel')} ${kW}×${kH}×${C}, ${formatNumber(lo)} … ${formatNumber(hi)}`,
    );
    if (flags.alt) terminal.print(altOfFilters(filters));
  }
  await showPictures(written, flags.show, terminal);
}

/** a-b, or one number */
function parseRange(text: string): readonly [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match)
    throw new CnnvizError('usage', `--kernels: expected a-b, got "${text}"`, { fix: 'such as --kernels 0-3' });
  return [Number(match[1]), Number(match[2] ?? match[1])];
}
