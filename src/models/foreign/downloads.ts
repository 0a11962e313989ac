import { groupDigits } from '../../core/text.js';
import { archiveOf, begins, type ForeignKind, matches } from './foreign-kind.js';

const AGAIN = 'download the file itself: the link to its raw bytes, not the page about it';

const unpacked =
  (command: string): ForeignKind['fix'] =>
  (file) =>
    `unpack it first: ${command} ${file}`;

/** What is read once it is out of an archive. */
const MODEL = /\.(onnx|pth?|safetensors|npz|keras|h5|tflite|pt2)$|(^|\/)model\.json$|(^|\/)saved_model\.pb$/;

/** What stands where a model should be. */
export const DOWNLOADS: readonly ForeignKind[] = [
  { what: 'an empty file', told: ({ source }) => source?.size === 0, fix: () => 'download or save it again' },
  {
    what: 'a Git LFS pointer: the file itself has not been fetched',
    told: matches(/^version https:\/\/git-lfs\.github\.com\/spec/),
    more: ({ start, source }) => {
      const size = /^size (\d{1,15})$/m.exec(start)?.[1];
      return ` (${source?.size ?? start.length} bytes${size ? ` in the place of ${groupDigits(Number(size))}` : ''})`;
    },
    fix: () => 'fetch it in its repository: git lfs pull',
  },
  {
    what: 'a web page (HTML) saved under this name',
    told: matches(/^(\xef\xbb\xbf)?\s*(<!--[\s\S]*?-->\s*)?<(!doctype\s+html|html|head|body)\b/i),
    fix: () => AGAIN,
  },
  {
    what: 'the answer of a server that it has no such file, or does not give it',
    told: matches(
      /^\s*(\{\s*"(error|errors|message|detail)"\s*:|(<\?xml[^>]*>\s*)?<Error>|(404|403|401)\b[: ]|(not|entry not|repository not|access|file not) (found|denied)\b|invalid username or password)/i,
    ),
    more: ({ start }) => {
      const said = /[A-Za-z0-9][\w :.'-]{3,80}/.exec(
        start.replace(/^\s*\{?\s*"(error|errors|message|detail)"\s*:|<[^>]*>/gi, ' '),
      );
      return said ? `: ${said[0].trim()}` : '';
    },
    fix: () => AGAIN,
  },
  { what: 'a gzip archive', told: begins('\x1f\x8b'), fix: unpackedGzip },
  { what: 'a bzip2 archive', told: begins('BZh'), fix: unpacked('bunzip2') },
  { what: 'an xz archive', told: begins('\xfd7zXZ\0'), fix: unpacked('unxz') },
  { what: 'a Zstandard archive', told: begins('\x28\xb5\x2f\xfd'), fix: unpacked('unzstd') },
  { what: 'a 7-Zip archive', told: begins('7z\xbc\xaf\x27\x1c'), fix: unpacked('7z x') },
  { what: 'a RAR archive', told: begins('Rar!\x1a\x07'), fix: unpacked('unrar x') },
  { what: 'a tar archive', told: begins('ustar', 257), fix: unpacked('tar -xf') },
  {
    what: 'a zip archive with a model in it',
    told: archiveOf(MODEL),
    more: ({ entries }) => `: ${entries?.find((name) => MODEL.test(name))}`,
    fix: unpacked('unzip'),
  },
  { what: 'a PDF document', told: begins('%PDF-'), fix: () => 'name the file that was meant' },
];

/** A folder that was packed is unpacked as one. */
function unpackedGzip(file: string): string {
  return `unpack it first: ${/\.(tar\.gz|tgz)"?$/.test(file) ? 'tar -xzf' : 'gunzip'} ${file}`;
}
