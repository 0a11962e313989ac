/** The bytes of a base64 text, which may have line breaks. */
export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replace(/\s+/g, ''));
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
