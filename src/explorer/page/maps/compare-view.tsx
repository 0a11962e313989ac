import { useMemo } from 'preact/hooks';
import { formatNumber } from '../../../core/text.js';
import { mapsShape } from '../../../core/value-place.js';
import { chooseScale, toPixels } from '../../../draw/scale.js';
import type { ExplorerEngine, Situation } from '../../protocol.js';
import { showLayer } from '../actions.js';
import { networkLabel } from '../network-label.js';
import { Refused } from '../parts/refused.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { pictureOfGreys } from './paint.js';
import { StillPicture } from './still-picture.js';

/** As it should be, and what is held against it. */
const [a, b] = [0, 1];

/** Two networks layer by layer: where they part, and the maps of both beside each other. */
export function CompareView() {
  const store = useStore();
  const state = useSignal(store.state);
  const ran = useSignal(store.ran);
  const { answer, refusal } = useAsked('compare', [ran], ran ? () => store.engine.compare(a, b) : null);
  const { networks } = store.data;
  if (networks.length < 2) return <p>This page has one network: give two to `cnnviz explore` to compare them.</p>;
  return (
    <>
      <Refused refusal={refusal} />
      {answer && (
        <p>
          {answer.first === null
            ? `${networkLabel(store.data, a)} and ${networkLabel(store.data, b)} agree in all layers, bit by bit.`
            : `The first layer that differs is ${answer.first}.`}
        </p>
      )}
      {state.layer !== null && <Pair layer={state.layer} channel={state.channel} />}
      {answer && (
        <table class="list">
          <caption class="unseen">Largest difference of each layer</caption>
          <thead>
            <tr>
              <th scope="col">layer</th>
              <th scope="col">largest difference</th>
              <th scope="col">of the largest value</th>
            </tr>
          </thead>
          <tbody>
            {answer.rows.map(({ layer, worst, share, same }) => (
              <tr key={layer} class={layer === answer.first ? 'first' : undefined}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => showLayer(store, layer)}>
                    {layer}
                  </button>
                  {layer === answer.first && ' ◀ first'}
                </th>
                <td>{worst === null ? 'not comparable' : same ? 'the same bits' : formatNumber(worst)}</td>
                <td>{share === null || same ? '' : `${formatNumber(100 * share)} %`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

interface PairProps {
  readonly layer: string;
  readonly channel: number;
}

/** A map of both networks on one scale, and their difference around zero. */
function Pair({ layer, channel }: PairProps) {
  const store = useStore();
  const good = useSignal(store.good);
  const { answer, refusal } = useAsked(layer, [good], good ? () => bothValues(store.engine, good, layer) : null);
  const drawn = useMemo(() => {
    if (!answer || answer.shape.length > 4 || answer.shape.length < 1) return null;
    const { width, height, channels } = mapsShape(answer.shape);
    const own = Math.min(channel, channels - 1);
    const size = width * height;
    const [first, second] = [answer.a, answer.b].map((values) => values.subarray(own * size, (own + 1) * size));
    const difference = second.map((value, i) => value - first[i]);
    const scale = chooseScale([first, second], { kind: 'minmax' });
    const signed = chooseScale([difference], { kind: 'symmetric' });
    const grey = (values: Float32Array) =>
      pictureOfGreys(toPixels(values, scale, 8).data as Uint8Array, width, height, 'gray');
    return {
      own,
      signed,
      pictures: [
        [networkLabel(store.data, a), grey(first)],
        [networkLabel(store.data, b), grey(second)],
        [
          'their difference',
          pictureOfGreys(toPixels(difference, signed, 8).data as Uint8Array, width, height, 'diverging'),
        ],
      ] as const,
    };
  }, [answer, channel]);
  if (!drawn) return <Refused refusal={refusal} />;
  return (
    <>
      <div class="pair">
        {drawn.pictures.map(([words, picture], i) => (
          <figure key={i}>
            <StillPicture picture={picture} label={`${layer}, map ${drawn.own}: ${words}`} />
            <figcaption>{words}</figcaption>
          </figure>
        ))}
      </div>
      <p class="faint">
        {layer}, map {drawn.own}. {differenceWords(drawn.signed.hi)}
      </p>
    </>
  );
}

/** The numbers of a layer in both networks; the engine is left where it was. */
async function bothValues(engine: ExplorerEngine, situation: Situation, layer: string) {
  const found = [];
  for (const network of [a, b]) {
    await engine.run({ ...situation, network });
    found.push(await engine.values(layer));
  }
  await engine.run(situation);
  const [one, other] = found;
  if (one.shape.join() !== other.shape.join()) {
    throw new Error(`${layer}: [${one.shape.join(', ')}] and [${other.shape.join(', ')}] cannot be compared`);
  }
  return { shape: one.shape, a: one.data, b: other.data };
}

function differenceWords(reach: number): string {
  if (reach === 0) return 'Both maps are the same.';
  return `Both maps have one scale; the difference goes from ${formatNumber(-reach)} (blue) to ${formatNumber(reach)} (orange).`;
}
