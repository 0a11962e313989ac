import { arg, command } from '../../cli/command.js';
import { flag, under, wordsOf } from '../../cli/flags.js';
import { networkName, requestOf, sizeFlag, weightFlags } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { FigureFile } from '../../run/figure.js';

/** `cnnviz summary`: the table, the differences or the drawing of a network. */
export const summary = command({
  name: 'summary',
  description: 'Show what each layer of a network gives, costs and sees. No weights are needed, and none are read.',
  examples: `Examples:
  cnnviz summary alexnet
  cnnviz summary alexnet --diff alexnet-2012
  cnnviz summary net.yaml --size 3,224,224 --json
  cnnviz summary alexnet-2012 -o alexnet.png            a drawing; .svg for one that scales
`,
  args: { net: arg.one('a network, as for run') },
  flags: {
    ...weightFlags,
    ...under('Output:', {
      size: sizeFlag,
      ungrouped: flag.on('--ungrouped', 'modules that an exporter took apart, layer by layer'),
      diff: flag.text('--diff <net>', 'compare with another network'),
      svg: flag.on('--svg', 'the drawing as SVG on stdout'),
    }),
  },
  output: {
    endings: ['.png', '.svg'],
    what: 'the drawing',
    about: 'draw the architecture: FILE.png, FILE.svg, FOLDER/ or - for stdout',
    draws: true,
  },
  async answer({ net, flags }, frame) {
    const { size, diff, svg, asPrinted, ungrouped } = flags;
    if (svg && frame.json) {
      throw new CnnvizError('usage', 'stdout can carry --svg or --json, not both', { fix: '-o FILE.svg' });
    }
    const place = frame.place({ name: `${networkName(net)}.png`, inputs: [], always: false });
    const { refuseSwapped } = await import('../../cli/argument-order.js');
    refuseSwapped('summary', net, []);
    const { requestArgs } = await import('../../run/recipe.js');
    const { altOfArchitecture } = await import('../../cli/alt.js');
    const report = await import('./summary-report.js');
    const request = requestOf(net, flags);
    const one = await report.summarizeNetwork(request, size, ungrouped);
    const other = diff === null ? null : await report.summarizeNetwork(requestOf(diff, { asPrinted }), size, ungrouped);
    const args = [
      'summary',
      ...requestArgs(request),
      ...wordsOf({ size: sizeFlag }, { size }),
      ...(ungrouped ? ['--ungrouped'] : []),
    ];
    const alt = altOfArchitecture(one.name, one.summary);
    const draw = (file: FigureFile) => report.drawSummary(one, alt, args, file);
    return {
      lines: svg
        ? []
        : other
          ? report.describeSummaryDiff(one, other, frame.style)
          : report.describeSummary(one, frame.style),
      document: () => report.summaryDocument(one, other),
      files: [
        ...(svg ? [{ place: '-', bytes: () => draw({ ...frame.figureFile(null), svg: true }) }] : []),
        ...(place === null ? [] : [{ place, bytes: () => draw(frame.figureFile(place)) }]),
      ],
      picture: () => draw(frame.figureFile(null)),
      alt,
      notes: one.notes,
    };
  },
});
