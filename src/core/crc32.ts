/** What each byte does to a check sum that so many other bytes follow it in, 0 … 7: [8, 256]. */
export const CRC_TABLES = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  CRC_TABLES[byte] = crc;
}
for (let i = 256; i < CRC_TABLES.length; i++) {
  const before = CRC_TABLES[i - 256];
  CRC_TABLES[i] = CRC_TABLES[before & 255] ^ (before >>> 8);
}

/** The check sum of zip and PNG. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLES[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
