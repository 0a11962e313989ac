import { CnnvizError } from '../../core/errors.js';

/** @throws CnnvizError 'format' when a configuration is no JSON */
export function parsedJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CnnvizError('format', `${what}: not JSON: ${why}`, { fix: 'save the model again', cause });
  }
}

/** A text field of an object; null: there is none. */
export function textField(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  const field = (value as Record<string, unknown>)[key];
  return typeof field === 'string' ? field : null;
}
