interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number | 'any';
  /** In place of the number. */
  readonly text?: string;
  readonly onSet: (value: number) => void;
}

/** A number that a slider changes. */
export function NumberSlider({ label, value, min, max, step = 1, text, onSet }: SliderProps) {
  return (
    <label class="slider">
      <span>{label}</span>
      <input
        type="range"
        min={Math.min(min, value)}
        max={Math.max(max, value)}
        step={step}
        value={value}
        onInput={({ currentTarget }) => onSet(Number(currentTarget.value))}
      />
      <output>{text ?? value}</output>
    </label>
  );
}
