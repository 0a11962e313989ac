/** A server that is silent for so long is given up. */
export const SILENCE_MS = 30_000;

/** The connection ended before the body did, or went silent. */
export class CutShort extends Error {}

/** More came than may. */
export class TooLong extends Error {}

/** What a body must keep to. */
export interface BodyLimits {
  /** Bytes it says it has; null: it does not say. */
  readonly expected: number | null;
  readonly mostBytes: number;
  readonly silenceMs: number;
}

/**
 * The parts of a body as they come.
 * @throws CutShort when it ends before its length or goes silent, TooLong when it is longer than it may be
 */
export async function* bodyOf(
  body: AsyncIterable<Uint8Array>,
  { expected, mostBytes, silenceMs }: BodyLimits,
): AsyncIterable<Uint8Array> {
  const parts = body[Symbol.asyncIterator]();
  for (let at = 0; ; ) {
    const { done, value } = await next(parts, silenceMs);
    if (done) {
      if (expected !== null && at < expected) throw new CutShort(`${at} of ${expected} bytes`);
      return;
    }
    at += value.length;
    if (at > mostBytes || (expected !== null && at > expected)) throw new TooLong(`more than ${mostBytes} bytes`);
    yield value;
  }
}

async function next(parts: AsyncIterator<Uint8Array>, silenceMs: number): Promise<IteratorResult<Uint8Array>> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CutShort(`silent for ${Math.round(silenceMs / 1000)} s`)), silenceMs);
  });
  try {
    const part = parts.next().catch((cause) => {
      throw new CutShort((cause as Error).message, { cause });
    });
    return await Promise.race([part, silence]);
  } finally {
    clearTimeout(timer);
  }
}
