import { useMemo } from 'preact/hooks';
import { plural } from '../../../core/geometry.js';
import type { LayerFacts } from '../../../core/result.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import { mapsShape } from '../../../core/value-place.js';
import type { PackedLayer } from '../../page-data.js';
import { showChannel } from '../actions.js';
import { deadChannels } from '../dead-channels.js';
import { Refused } from '../parts/refused.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { Bars } from './bars.js';

const BINS = 64;

/** What is true of all numbers of a layer. */
export function NumbersView({ layer }: { readonly layer: PackedLayer }) {
  const { engine, ran, versions } = useStore();
  const hasRun = useSignal(ran) !== null;
  const version = useSignal(versions).get(layer.name) ?? 0;
  const { name } = layer;
  const facts = useAsked(name, [version, hasRun], hasRun ? () => engine.facts(name) : null);
  const histogram = useAsked(name, [version, hasRun], hasRun ? () => engine.histogram(name, BINS) : null);
  return (
    <>
      <Refused refusal={facts.refusal} />
      {facts.answer && <Facts facts={facts.answer} />}
      {histogram.answer && <Bars histogram={histogram.answer} />}
      {facts.answer?.dead ? <Dead layer={name} version={version} /> : null}
    </>
  );
}

function Facts({ facts }: { readonly facts: LayerFacts }) {
  const { count, min, max, mean, firing, nan, infinite, dead, saturated, duplicates, channels } = facts;
  const share = (part: number) => `${formatNumber((100 * part) / count)} %`;
  const rows: (readonly [string, string])[] = [
    ['numbers', groupDigits(count)],
    ['smallest', formatNumber(min, 5)],
    ['largest', formatNumber(max, 5)],
    ['mean', formatNumber(mean, 5)],
    ['above zero', `${groupDigits(firing)}, ${share(firing)}`],
  ];
  if (dead !== null) rows.push(['channels that never fire', `${dead} of ${channels}`]);
  if (saturated !== null) rows.push(['at a limit of the activation', `${formatNumber(100 * saturated)} %`]);
  if (duplicates !== null) rows.push(['pairs of channels nearly the same', String(duplicates.length)]);
  if (nan > 0) rows.push(['not a number', groupDigits(nan)]);
  if (infinite > 0) rows.push(['infinite', groupDigits(infinite)]);
  return (
    <dl class="facts">
      {rows.map(([words, text]) => (
        <div key={words}>
          <dt>{words}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Channels whose every value is zero; each leads to its map. */
function Dead({ layer, version }: { readonly layer: string; readonly version: number }) {
  const store = useStore();
  const { answer } = useAsked(layer, [version], () => store.engine.values(layer));
  const dead = useMemo(() => (answer ? deadChannels(answer.data, mapsShape(answer.shape)) : []), [answer]);
  if (dead.length === 0) return null;
  return (
    <section>
      <h3>{plural(dead.length, 'channel')} zero everywhere</h3>
      <ul class="chips">
        {dead.map((channel) => (
          <li key={channel}>
            <button type="button" class="link" onClick={() => showChannel(store, channel, 'maps')}>
              {channel}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
