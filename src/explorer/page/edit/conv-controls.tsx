import { useState } from 'preact/hooks';
import type { Padding, PaddingMode } from '../../../core/geometry.js';
import type { Conv2dLayer, NccLayer } from '../../../layers/conv.js';
import { PADDING_MODE_NAMES } from '../../layer-check.js';
import { paddingText } from './layer-words.js';
import { NumberSlider } from './number-slider.js';

interface ConvProps {
  readonly layer: Conv2dLayer | NccLayer;
  readonly onSet: (layer: Conv2dLayer | NccLayer) => void;
}

const MOST_STRIDE = 8;
const MOST_DILATION = 6;
const MOST_PADDING = 8;

/** Stride, padding and dilation of a convolution. Stride 0 can be asked for: the engine says why it cannot be. */
export function ConvControls({ layer, onSet }: ConvProps) {
  const [isTyped, setTyped] = useState(false);
  const { stride, padding, dilation, paddingMode } = layer;
  const one = typeof padding === 'number' ? padding : numberOf(paddingText(padding));
  return (
    <>
      <NumberSlider
        label="stride"
        value={stride[0]}
        min={1}
        max={MOST_STRIDE}
        text={pairText(stride)}
        onSet={(side) => onSet({ ...layer, stride: [side, side] })}
      />
      {one === null || isTyped ? (
        <label class="slider">
          <span>padding</span>
          <input
            type="text"
            value={paddingText(padding)}
            onChange={({ currentTarget }) => onSet({ ...layer, padding: paddingOf(currentTarget.value, padding) })}
          />
          <output />
        </label>
      ) : (
        <NumberSlider
          label="padding"
          value={one}
          min={0}
          max={MOST_PADDING}
          onSet={(side) => onSet({ ...layer, padding: side })}
        />
      )}
      <NumberSlider
        label="dilation"
        value={dilation[0]}
        min={1}
        max={MOST_DILATION}
        text={pairText(dilation)}
        onSet={(side) => onSet({ ...layer, dilation: [side, side] })}
      />
      <label class="slider">
        <span>border</span>
        <select
          value={paddingMode}
          onChange={({ currentTarget }) => onSet({ ...layer, paddingMode: currentTarget.value as PaddingMode })}
        >
          {PADDING_MODE_NAMES.map((mode) => (
            <option key={mode}>{mode}</option>
          ))}
        </select>
        <button type="button" class="small" aria-pressed={isTyped} onClick={() => setTyped(!isTyped)}>
          type
          <span class="unseen"> the padding</span>
        </button>
      </label>
    </>
  );
}

function pairText([a, b]: readonly [number, number]): string {
  return a === b ? String(a) : `${a}, ${b}`;
}

function numberOf(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** "1", "0,1", "same"; what is none of them stays with the engine, which says so. */
function paddingOf(text: string, before: Padding): Padding {
  const trimmed = text.trim();
  if (trimmed === 'same' || trimmed === 'same_lower' || trimmed === 'valid' || trimmed === 'full') return trimmed;
  const sides = trimmed.split(',').map(Number);
  if (sides.some(Number.isNaN)) return before;
  return sides.length === 1 ? sides[0] : sides;
}
