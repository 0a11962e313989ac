const ENTITIES = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
] as const;
/** An SVG's note stands at its beginning, behind its title. */
const NOTE_WITHIN = 65_536;

/** An SVG's element with its note, which is ASCII. */
export function svgMetadata(note: string): string {
  const text = ENTITIES.reduce((escaped, [char, entity]) => escaped.replaceAll(char, entity), note);
  return `<metadata>${text}</metadata>`;
}

/** The note of an SVG; null when it has none. */
export function svgNote(bytes: Uint8Array): string | null {
  const start = new TextDecoder().decode(bytes.subarray(0, NOTE_WITHIN));
  const inner = /<metadata>([^<]*)<\/metadata>/.exec(start)?.[1];
  if (inner === undefined) return null;
  return ENTITIES.reduceRight((plain, [char, entity]) => plain.replaceAll(entity, char), inner);
}
