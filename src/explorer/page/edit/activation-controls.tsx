import type { ActivationName } from '../../../core/job.js';
import type { Layer } from '../../../layers/index.js';
import { ACTIVATION_NAMES } from '../../layer-check.js';

interface ActivationProps {
  readonly layer: Layer;
  readonly onSet: (layer: Layer) => void;
}

/** Another activation, or none. */
export function ActivationControls({ layer, onSet }: ActivationProps) {
  const name = layer.kind === 'activation' ? layer.name : 'identity';
  const choose = (chosen: string) =>
    onSet(
      chosen === 'identity'
        ? { kind: 'identity' }
        : { kind: 'activation', name: chosen as ActivationName, parameters: [] },
    );
  return (
    <label class="slider">
      <span>activation</span>
      <select value={name} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="identity">none</option>
        {ACTIVATION_NAMES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <output />
    </label>
  );
}
