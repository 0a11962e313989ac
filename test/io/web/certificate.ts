import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A key and a certificate of it that names these hosts, signed by itself: PEM. Nothing of it is kept. */
export interface OwnCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Tag, length, content. Source: X.690, DER */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const text = (tag: number, value: string) => der(tag, Buffer.from(value, 'latin1'));
const objectId = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes));

const ED25519 = sequence(objectId(0x2b, 0x65, 0x70));
const COMMON_NAME = objectId(0x55, 0x04, 0x03);
const ALTERNATIVE_NAMES = objectId(0x55, 0x1d, 0x11);
const BASIC_CONSTRAINTS = objectId(0x55, 0x1d, 0x13);
const TRUE = der(0x01, Buffer.from([0xff]));

/** Source: RFC 5280 (X.509), RFC 8410 (Ed25519) */
export function ownCertificate(hosts: readonly string[]): OwnCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const name = sequence(der(0x31, sequence(COMMON_NAME, text(0x0c, 'cnnviz test'))));
  const names = sequence(...hosts.map((host) => text(0x82, host)));
  const extensions = sequence(
    sequence(ALTERNATIVE_NAMES, der(0x04, names)),
    sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE))),
  );
  const facts = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ED25519,
    name,
    sequence(text(0x17, '200101000000Z'), text(0x18, '29991231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign(null, facts, createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const bytes = sequence(facts, ED25519, der(0x03, Buffer.from([0]), signature));
  const cert = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
}
