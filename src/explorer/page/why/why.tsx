import { useEffect } from 'preact/hooks';
import type { ExplainedStep, Explanation } from '../../../analysis/explain/explanation.js';
import { areColours } from '../../../core/result.js';
import { formatNumber } from '../../../core/text.js';
import { mapsShape, type ValuePlace } from '../../../core/value-place.js';
import type { PackedLayer, PackedNetwork } from '../../page-data.js';
import { Refused } from '../parts/refused.js';
import { networkOf, shapeNow } from '../store.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { ElementFormula } from './element.js';
import { placeWords, stepSentence } from './sentences.js';
import { Weighted } from './weighted.js';
import { PoolWindow } from './window.js';

/** How the chosen value came about. */
export function Why({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const state = useSignal(store.state);
  const isOpen = useSignal(store.isOpen);
  const ran = useSignal(store.ran);
  const shape = shapeNow(ran, layer);
  const place = placeOf(shape, state.channel, state.at);
  if (!isOpen || !place || !ran) {
    return (
      <section>
        <h2 id="why" tabIndex={-1}>
          Why is this value what it is?
        </h2>
        <p>
          Click a pixel of a map, or move to one with the arrows and press Enter: every number behind it is shown here.
        </p>
      </section>
    );
  }
  return <Explained layer={layer} place={place} network={networkOf(store, state)} run={ran} />;
}

/** The chosen value, if there is one of that place. */
function placeOf(
  shape: readonly number[],
  channel: number,
  at: { readonly x: number; readonly y: number } | null,
): ValuePlace | null {
  if (shape.length < 1 || shape.length > 4) return null;
  const { channels, width, height, isVector } = mapsShape(shape);
  if (channel >= channels) return null;
  if (isVector) return { item: 0, channel, x: null, y: null };
  return at && at.x < width && at.y < height ? { item: 0, channel, ...at } : null;
}

interface ExplainedProps {
  readonly layer: PackedLayer;
  readonly place: ValuePlace;
  readonly network: PackedNetwork;
  /** Of which run: asked again after another. */
  readonly run: unknown;
}

function Explained({ layer, place, network, run }: ExplainedProps) {
  const { engine, said } = useStore();
  const { name } = layer;
  const { answer, refusal } = useAsked<Explanation>(name, [place.channel, place.x, place.y, run], () =>
    engine.explain(name, place),
  );
  const last = answer?.steps.at(-1);
  useEffect(() => {
    if (last) said.value = stepSentence(last);
  }, [answer?.place.x, answer?.place.y, answer?.place.channel, answer?.layer]);
  return (
    <section>
      <h2 id="why" tabIndex={-1}>
        {answer ? `Why is this value ${formatNumber(answer.value)}?` : 'Why is this value what it is?'}
      </h2>
      <Refused refusal={refusal} />
      {answer && (
        <>
          <p class="faint">
            {answer.layer}, {placeWords(answer.place)}
          </p>
          {answer.steps.map((step, i) => (
            <div class="step" key={`${step.layer} ${step.step}`}>
              {answer.steps.length > 1 && (
                <h3>
                  <span class="faint">{i + 1}.</span> {step.layer} <span class="faint">{step.words}</span>
                </h3>
              )}
              <Step step={step} network={network} isColour={areColours(answer.input)} />
            </div>
          ))}
          {answer.notes.map((note) => (
            <p class="faint" key={note}>
              {note}
            </p>
          ))}
        </>
      )}
    </section>
  );
}

interface StepProps {
  readonly step: ExplainedStep;
  readonly network: PackedNetwork;
  readonly isColour: boolean;
}

function Step({ step, network, isColour }: StepProps) {
  const from = network.model.nodes.find(({ name }) => name === step.layer)?.inputs[0] ?? null;
  if (step.step === 'weighted') return <Weighted step={step} from={from} isColour={isColour && step.readsInput} />;
  if (step.step === 'window') return <PoolWindow step={step} from={from} />;
  return <ElementFormula step={step} />;
}
