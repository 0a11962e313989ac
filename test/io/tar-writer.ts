/** One member as it is to stand in an archive, right or wrong. */
export interface TarEntry {
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** Default: '0', a file. */
  readonly type?: string;
  /** What the header says, whatever follows. */
  readonly size?: number;
  readonly checksum?: number;
  /** A name in pax attributes, in front of it. */
  readonly path?: string;
}

const BLOCK = 512;

/** A ustar archive of these members. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const { path, ...rest } = entry;
    return path === undefined ? member(rest) : [...member(attributes(path)), ...member(rest)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function attributes(path: string): TarEntry {
  const line = ` path=${path}\n`;
  let length = Buffer.byteLength(line);
  while (`${length}`.length + Buffer.byteLength(line) !== length) length++;
  return { name: 'attributes', type: 'x', bytes: Buffer.from(`${length}${line}`) };
}

function member({ name, bytes = new Uint8Array(0), type = '0', size = bytes.length, checksum }: TarEntry): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  if (size < 8 ** 11) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header.writeBigUInt64BE(BigInt(size), 128);
    header[124] = 0x80;
  }
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = checksum ?? header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, Buffer.from(bytes), Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
}
