import type { SideRule } from '../../layers/model.js';
import { damaged, fieldsOf, own } from './json-fields.js';

/** Limits of sides by their names: s0, 2*s1. */
export type Ranges = ReadonlyMap<string, { readonly least: number; readonly most: number }>;

/** The limits that were given to torch.export.Dim, or found. @throws CnnvizError 'format' */
export function rangesOf(value: unknown): Ranges {
  const entries = Object.entries(fieldsOf(value ?? {}, 'range_constraints'));
  return new Map(
    entries.map(([name, range]) => {
      const fields = fieldsOf(range, `range_constraints, ${name}`);
      const limit = (key: string, otherwise: number): number => {
        const given = own(fields, key) ?? otherwise;
        if (typeof given === 'number') return given;
        throw damaged(`range_constraints, ${name}`, `${key}: expected a number`);
      };
      // torch itself takes an array without numbers for no size that it traces
      return [name, { least: Math.max(limit('min_val', 0), 1), most: limit('max_val', Number.POSITIVE_INFINITY) }];
    }),
  );
}

const SYMBOL = String.raw`Symbol\('(\w{1,40})'[^()]{0,200}\)`;
const ALONE = new RegExp(`^${SYMBOL}$`);
const TIMES = new RegExp(`^Mul\\(Integer\\((\\d{1,9})\\), ${SYMBOL}\\)$`);

/** What a side may be, of its expression as sympy writes it; null: the expression is another. */
export function sideRule(expression: unknown, ranges: Ranges): SideRule | null {
  if (typeof expression !== 'string' || expression.length > 400) return null;
  const product = TIMES.exec(expression);
  const name = product?.[2] ?? ALONE.exec(expression)?.[1];
  if (name === undefined) return null;
  const { least, most } = ranges.get(name) ?? { least: 1, most: Number.POSITIVE_INFINITY };
  return { name, times: product ? Number(product[1]) : 1, least, most };
}
