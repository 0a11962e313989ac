import { formatNumber, groupDigits } from '../../../core/text.js';

interface BarsProps {
  readonly histogram: { readonly lo: number; readonly hi: number; readonly counts: readonly number[] };
}

const WIDTH = 640;
const HEIGHT = 160;

/** How many values fall where; the tallest bar is as high as the picture. */
export function Bars({ histogram: { lo, hi, counts } }: BarsProps) {
  const most = Math.max(...counts);
  const step = WIDTH / counts.length;
  const at = counts.indexOf(most);
  const [from, to] = [0, 1].map((i) => formatNumber(lo + ((at + i) / counts.length) * (hi - lo)));
  const words = `Most values, ${groupDigits(most)}, lie between ${from} and ${to}.`;
  const zero = lo < 0 && hi > 0 ? (-lo / (hi - lo)) * WIDTH : null;
  return (
    <figure class="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Histogram. ${words}`}>
        {counts.map((count, i) => {
          const height = most === 0 ? 0 : Math.max(count > 0 ? 1 : 0, (count / most) * HEIGHT);
          return <rect key={i} x={i * step} y={HEIGHT - height} width={step - 1} height={height} />;
        })}
        {zero !== null && <line x1={zero} x2={zero} y1={0} y2={HEIGHT} />}
      </svg>
      <p class="scale-ends" aria-hidden="true">
        <span>{formatNumber(lo)}</span>
        <span>{formatNumber(hi)}</span>
      </p>
      <figcaption class="faint">
        {words}
        {zero !== null && ' The line is zero.'}
      </figcaption>
    </figure>
  );
}
