import { useMemo, useRef, useState } from 'preact/hooks';
import { formatNumber } from '../../../core/text.js';
import { COLORMAPS } from '../../../draw/colormaps.js';
import { go } from '../actions.js';
import { ClassBars } from '../input/class-bars.js';
import { Refused } from '../parts/refused.js';
import { layerOf, networkOf } from '../store.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { paint, pictureOfPixels } from './paint.js';
import { PixelPicture } from './pixel-picture.js';
import { useSize } from './use-size.js';

const ALL = 10;
const MOST_HEIGHT = 480;

/** What of the picture spoke for a class (Grad-CAM), and the scores. */
export function ClassesView() {
  const store = useStore();
  const state = useSignal(store.state);
  const ran = useSignal(store.ran);
  const network = networkOf(store, state);
  // Grad-CAM needs maps: of a layer of vectors the engine takes the last one with maps
  const layer = layerOf(store, state);
  const at = layer && layer.shape.length === 4 ? layer.name : null;
  const [share, setShare] = useState(60);
  const frame = useRef<HTMLDivElement>(null);
  const room = useSize(frame);
  const { answer, refusal, isWaiting } = useAsked(
    'class map',
    [ran, state.class, at],
    ran ? () => store.engine.classMap(state.class, at) : null,
  );
  const shown = useMemo(() => {
    if (!answer || !ran) return null;
    const { width, height, values } = answer;
    const over = paint(width, height, (pixels) => heat(pixels, values, share / 100));
    const under = pictureOfPixels(ran.input.rgba, ran.input.width, ran.input.height);
    const whole = paint(width, height, () => {});
    const context = whole.canvas.getContext('2d');
    context?.drawImage(under.canvas, 0, 0, width, height);
    context?.drawImage(over.canvas, 0, 0);
    return whole;
  }, [answer, ran, share]);
  if (!ran?.classes) return <p>This network ends in no classes.</p>;
  const fit = shown ? Math.min(Math.max(1, room.width - 4) / shown.width, MOST_HEIGHT / shown.height) : 1;
  return (
    <>
      <div class="look">
        <label class="slider">
          <span>opacity</span>
          <input
            type="range"
            min={0}
            max={100}
            value={share}
            onInput={({ currentTarget }) => setShare(Number(currentTarget.value))}
          />
          <output>{share} %</output>
        </label>
        {network.labels && (
          <label>
            class{' '}
            <select
              value={answer?.class.index ?? state.class ?? ''}
              onChange={({ currentTarget }) => go(store, { class: Number(currentTarget.value) })}
            >
              {network.labels.map((label, index) => (
                <option key={index} value={index}>
                  {index} {label}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <Refused refusal={refusal} />
      <div class="one-map" ref={frame}>
        {shown && room.width > 0 && (
          <PixelPicture
            label={`What spoke for ${answer?.class.name ?? `class ${answer?.class.index}`}`}
            picture={shown}
            width={shown.width}
            height={shown.height}
            scale={fit >= 1 ? Math.floor(fit) : fit}
            at={null}
            step={1}
            marks={[]}
            onMove={() => {}}
            onPick={() => {}}
          />
        )}
      </div>
      {answer && (
        <p>
          {answer.class.name ?? `class ${answer.class.index}`}, score {formatNumber(answer.class.score, 5)}: Grad-CAM at{' '}
          {answer.layer}. {answer.words}
        </p>
      )}
      {isWaiting && !answer && !refusal && <p class="faint">computing</p>}
      <ClassBars most={ALL} />
    </>
  );
}

/** The stronger a place, the less of the picture is seen through it. */
function heat(pixels: Uint8ClampedArray, values: Float32Array, opacity: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = Math.max(0, Math.min(1, values[i]));
    const entry = 3 * Math.round(255 * value);
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = COLORMAPS.magma[entry + c];
    pixels[4 * i + 3] = Math.round(255 * opacity * Math.sqrt(value));
  }
}
