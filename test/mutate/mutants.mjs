import { createHash } from 'node:crypto';

/** Texts and whole blocks are left alone: a sample asks about one operator, condition, constant or call at a time. */
const EXCLUDED = ['StringLiteral', 'ObjectLiteral', 'ArrayDeclaration', 'ArrowFunction', 'BlockStatement', 'Regex'];
const SILENT = { debug() {}, info() {}, warn() {}, error() {}, isDebugEnabled: () => false };
const OTHER_ROUNDING = { floor: 'ceil', ceil: 'floor' };

/** How the functions end that Stryker puts before each file. */
const HEAD_END = '  stryMutAct_9fa48 = isActive;\n  return isActive(id);\n}\n';

/** A number in the arithmetic of the code, plus one. */
const numberConstant = {
  name: 'NumberConstant',
  *mutate({ node, parent, key }) {
    if (node.type !== 'NumericLiteral' || /^TS/.test(parent.type)) return;
    if (parent.type === 'ObjectProperty' && key === 'key') return;
    yield { type: 'NumericLiteral', value: node.value + 1 };
  },
};

/** Math.floor for Math.ceil, and the other way round. */
const rounding = {
  name: 'Rounding',
  *mutate({ node }) {
    const other = node.type === 'CallExpression' && OTHER_ROUNDING[node.callee.property?.name];
    if (!other || node.callee.object?.name !== 'Math') return;
    const changed = structuredClone(node);
    changed.callee.property.name = other;
    yield changed;
  },
};

/**
 * Stryker's maker of mutants, with two kinds of our own in its list.
 * @throws Error when its packages are not installed
 */
export async function openInstrumenter() {
  const packageFolder = new URL('node_modules/@stryker-mutator/instrumenter/dist/src/', import.meta.url);
  const load = (name) =>
    import(new URL(name, packageFolder)).catch((cause) => {
      throw new Error('StrykerJS is not installed: npm ci --prefix test/mutate', { cause });
    });
  const [{ Instrumenter }, { allMutators }] = await Promise.all([load('index.js'), load('mutators/mutate.js')]);
  if (!allMutators.includes(numberConstant)) allMutators.push(numberConstant, rounding);
  const instrumenter = new Instrumenter(SILENT);
  return (files) => instrumenter.instrument(files, { plugins: null, excludedMutations: EXCLUDED, ignorers: [] });
}

/** The folder that a file is counted with: the first below src, or src itself. */
export function folderOf(file) {
  const [, folder, inside] = file.split('/');
  return inside === undefined ? 'src' : folder;
}

/**
 * Every mutant of the sources: file, 1-based line, what stands there and what would.
 * @param sources [path, text] of each file
 */
export async function allMutants(instrument, sources) {
  const { mutants } = await instrument(sources.map(([name, content]) => ({ name, content, mutate: true })));
  const lines = new Map(sources.map(([name, content]) => [name, content.split('\n')]));
  const seen = new Map();
  return mutants.flatMap(({ fileName, location, mutatorName, replacement, statusReason }) => {
    if (statusReason !== undefined) return [];
    const code = lines.get(fileName)[location.start.line].trim();
    const old = textAt(lines.get(fileName), location);
    const what = `${fileName}\n${code}\n${old}\n${replacement}`;
    const count = (seen.get(what) ?? 0) + 1;
    seen.set(what, count);
    const line = location.start.line + 1;
    return [
      { key: `${what}\n${count}`, file: fileName, line, code, old, new: replacement, kind: mutatorName, location },
    ];
  });
}

function textAt(lines, { start, end }) {
  if (start.line === end.line) return lines[start.line].slice(start.column, end.column);
  const middle = lines.slice(start.line + 1, end.line);
  return [lines[start.line].slice(start.column), ...middle, lines[end.line].slice(0, end.column)].join('\n');
}

/**
 * `count` mutants of each folder, one of each in turn, so that a part of them is a fair sample too. Which ones depends on the
 * seed and on their own text: the other files may change.
 */
export function sampleByFolder(mutants, seed, count) {
  const order = (key) => createHash('sha1').update(`${seed}\n${key}`).digest('hex');
  const ordered = mutants.map((mutant) => ({ mutant, at: order(mutant.key) })).sort((a, b) => (a.at < b.at ? -1 : 1));
  const folders = groups(ordered, ({ mutant }) => folderOf(mutant.file));
  const chosen = [...folders.keys()].sort().map((folder) => folders.get(folder).slice(0, count));
  return Array.from({ length: count }, (_, i) => chosen.flatMap((own) => own.slice(i, i + 1)))
    .flat()
    .map(({ mutant }) => mutant);
}

/**
 * The sources with every mutant of the sample inside, each behind a switch.
 * @returns texts by path, and for each mutant of the sample the id that switches it on
 */
export async function placeMutants(instrument, sources, sample) {
  const ranges = groups(sample, ({ file }) => file);
  const chosen = sources.filter(([name]) => ranges.has(name));
  const { files, mutants } = await instrument(
    chosen.map(([name, content]) => ({ name, content, mutate: ranges.get(name).map(({ location }) => location) })),
  );
  const place = (file, { start, end }, text) => [file, start.line, start.column, end.line, end.column, text].join('\n');
  const ids = new Map(mutants.map((one) => [place(one.fileName, one.location, one.replacement), one.id]));
  return {
    texts: new Map(files.map(({ name, content }) => [name, lightened(content, mutants.length)])),
    placed: sample.map((mutant) => ({ ...mutant, id: ids.get(place(mutant.file, mutant.location, mutant.new)) })),
  };
}

/**
 * Stryker's switches, and its notes of what was reached, as comparisons with constants: inner loops are full of them, and its
 * functions that replace themselves make those five times as slow. A hit is told once to what hits.cjs put there.
 */
function lightened(text, count) {
  const start = text.indexOf('function stryNS_9fa48');
  const end = text.indexOf(HEAD_END) + HEAD_END.length;
  if (start < 0 || end < start) throw new Error("Stryker's head is another one");
  const own = `const mutant_9fa48 = Number(globalThis.process?.env.__STRYKER_ACTIVE_MUTANT__);
const hits_9fa48 = (globalThis.__cnnvizHits ??= new Uint8Array(${count}));
const hit_9fa48 = (...ids) => {
  if (globalThis.__cnnvizHit?.(ids) ?? true) for (const id of ids) hits_9fa48[id] = 1;
};
`;
  const code = text
    .slice(end)
    .replace(/stryMutAct_9fa48\("(\d+)"\)/g, '(mutant_9fa48 === $1)')
    .replace(/stryCov_9fa48\("(\d+)"((?:, "\d+")*)\)/g, (_, first, others) => {
      return `(hits_9fa48[${first}] || hit_9fa48(${first}${others.replaceAll('"', '')}))`;
    });
  if (code.includes('_9fa48("')) throw new Error("a switch of Stryker's has another form");
  return text.slice(0, start) + own + code;
}

function groups(list, keyOf) {
  const found = new Map();
  for (const one of list) {
    const key = keyOf(one);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(one);
  }
  return found;
}
