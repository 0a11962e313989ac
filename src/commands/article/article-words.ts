import { plural } from '../../core/geometry.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';
import type { Article, ArticlePhoto, Check } from './claim.js';
import { type Bilingual, inEach, inLanguage, ofAll, type Texts } from './language.js';

/** What page and README say of their own. */
export const TEXTS = {
  title: {
    en: 'The fundamentals of convolutional neural networks, computed',
    zh: '卷积神经网络基础：逐项计算验证',
  },
  made: {
    en: 'Each picture was made by the command under it, each number comes from the same run. Change into this folder and type any of them: the result is the same, pixel for pixel.',
    zh: '每幅图都由其下方的命令生成，每个数也来自同一次运行。进入本文件夹，键入其中任一命令，得到的结果逐像素相同。',
  },
  count: (rows: number, pictures: number, { en, zh }: Bilingual) => ({
    en: `${plural(rows, 'row')}, ${plural(pictures, 'picture')}; ${en} claims hold.`,
    zh: `${rows} 个条目，${pictures} 幅图；成立的论断：${zh}。`,
  }),
  broken: (count: number) => ({ en: ` ${plural(count, 'claim')} BROKEN.`, zh: `不成立的论断：${count}。` }),
  missed: (count: number, seen: number) => ({
    en: ` ${count} of ${seen} findings do not hold for this photograph.`,
    zh: `对这张照片不成立的现象：${count} / ${seen}。`,
  }),
  lost: (count: number) => ({ en: ` ${plural(count, 'row')} could not be made.`, zh: `未能生成的条目：${count}。` }),
  shipped: (size: string) => ({
    en: `The photograph is the drawing of an aeroplane that ships with cnnviz (${size}).`,
    zh: `照片是 cnnviz 附带的一幅飞机图画（${size}）。`,
  }),
  own: (name: string, size: string, original: string | null) => ({
    en: `The photograph is ${name} (${size}${original === null ? '' : ` of ${original}, made smaller`}).`,
    zh: `照片是 ${name}（${size}${original === null ? '' : `，由 ${original} 缩小而来`}）。`,
  }),
  piece: ({ en, zh }: Bilingual, size: string, x: number, y: number) => ({
    en: `${en}, ${size} at (${x}, ${y})`,
    zh: `${zh}，${size}，位于 (${x}, ${y})`,
  }),
  pieces: ({ en, zh }: Bilingual) => ({ en: ` Its pieces: ${en}.`, zh: `其中的图像块：${zh}。` }),
  chosen: {
    en: ' They are the squares with the most structure: the highest energy once each channel’s mean is taken away.',
    zh: '它们是结构最丰富的方块：减去每个通道的均值之后能量最高。',
  },
  between: { en: '; ', zh: '；' },
  contents: { en: 'Contents', zh: '目录' },
  photograph: { en: 'The photograph', zh: '照片' },
  command: { en: 'command', zh: '命令' },
  live: { en: 'Try it: move the settings, click a value', zh: '动手试试：调整参数，点击任意数值' },
  liveApart: { en: 'in a window of its own', zh: '在单独的窗口中打开' },
  checked: ({ en, zh }: Bilingual, lost: Bilingual) => ({
    en: `checked: ${en}${lost.en}`,
    zh: `已核对：${zh}${lost.zh}`,
  }),
  checkBroken: (count: number) => ({ en: `, ${count} BROKEN`, zh: `，${count} 项不成立` }),
  checkMissed: (count: number) => ({
    en: `, ${count} not for this photograph`,
    zh: `，${count} 项对这张照片不成立`,
  }),
  claim: { en: 'claim', zh: '论断' },
  expected: { en: 'expected', zh: '预期' },
  measured: { en: 'measured', zh: '实测' },
  result: { en: 'result', zh: '结果' },
  verdict: {
    holds: { en: 'holds', zh: '成立' },
    law: { en: 'BROKEN', zh: '不成立' },
    finding: { en: 'not here', zh: '此图不成立' },
  },
  notMade: { en: 'Not made:', zh: '未能生成：' },
  maker: { en: `Made by cnnviz ${VERSION}.`, zh: `由 cnnviz ${VERSION} 生成。` },
} satisfies Texts;

/** How much of the article was made and holds. */
interface ArticleCount {
  readonly rows: number;
  readonly pictures: number;
  readonly laws: { readonly held: number; readonly broken: number };
  readonly findings: { readonly held: number; readonly missed: number };
  readonly failed: number;
}

export function countArticle({ sections }: Article): ArticleCount {
  const rows = sections.flatMap((section) => section.rows);
  const checks = rows.flatMap((row) => row.checks);
  const count = (kind: string, holds: boolean) =>
    checks.filter((check) => check.kind === kind && check.holds === holds).length;
  return {
    rows: rows.length,
    pictures: rows
      .flatMap(({ figures }) => figures.flatMap(({ pictures }) => pictures))
      .filter(({ file }) => isPicture(file)).length,
    laws: { held: count('law', true), broken: count('law', false) },
    findings: { held: count('finding', true), missed: count('finding', false) },
    failed: rows.filter(({ failure }) => failure !== null).length,
  };
}

/** The paragraphs above the rows: how it was made, what holds, of which photograph. */
export function introduction(article: Article): readonly [made: Bilingual, count: Bilingual, photo: Bilingual] {
  const { rows, pictures, laws, findings, failed } = countArticle(article);
  const seen = findings.held + findings.missed;
  const sentences = [
    TEXTS.count(rows, pictures, ofAll(laws.held, laws.held + laws.broken)),
    ...(laws.broken === 0 ? [] : [TEXTS.broken(laws.broken)]),
    ...(findings.missed === 0 ? [] : [TEXTS.missed(findings.missed, seen)]),
    ...(failed === 0 ? [] : [TEXTS.lost(failed)]),
  ];
  return [TEXTS.made, together(sentences), photoWords(article.photo)];
}

function photoWords({ file, width, height, own, patches }: ArticlePhoto): Bilingual {
  const size = `${file}, ${width}×${height}`;
  const isSmaller = own !== null && (own.width !== width || own.height !== height);
  const pieces = patches.map(({ name, rect }) => TEXTS.piece(name, `${rect.width}×${rect.height}`, rect.x, rect.y));
  const list = inEach((language) => pieces.map((piece) => piece[language]).join(TEXTS.between[language]));
  return together([
    own === null ? TEXTS.shipped(size) : TEXTS.own(own.name, size, isSmaller ? `${own.width}×${own.height}` : null),
    TEXTS.pieces(list),
    ...(own === null ? [] : [TEXTS.chosen]),
  ]);
}

function together(sentences: readonly Bilingual[]): Bilingual {
  return inEach((language) => sentences.map((sentence) => sentence[language]).join(''));
}

/** Of a claim, whether it holds, and how bad it is when it does not. */
type Verdict = Pick<Check, 'holds' | 'kind'>;

/** "checked: 3 of 3", and what is not as it should be. */
export function checkedWords(checks: readonly Verdict[]): Bilingual {
  const missing = (kind: string) => checks.filter((check) => check.kind === kind && !check.holds).length;
  const [broken, missed] = [missing('law'), missing('finding')];
  const lost = together([
    ...(broken === 0 ? [] : [TEXTS.checkBroken(broken)]),
    ...(missed === 0 ? [] : [TEXTS.checkMissed(missed)]),
  ]);
  return TEXTS.checked(ofAll(checks.length - broken - missed, checks.length), lost);
}

/** "holds", "BROKEN" for a law, "not here" for a finding. */
export function verdict({ holds, kind }: Verdict): Bilingual {
  return TEXTS.verdict[holds ? 'holds' : kind];
}

/** What stands at the head of each row's claims. */
export const CLAIM_HEADINGS = [TEXTS.claim, TEXTS.expected, TEXTS.measured, TEXTS.result] as const;

/** A page that a reader tries things in. */
export function isLive(file: string): boolean {
  return /\.html$/i.test(file);
}

/** True for files a browser shows as pictures. */
export function isPicture(file: string): boolean {
  return /\.(png|svg|gif|webp)$/i.test(file);
}

/** A map of a few pixels is shown larger, in whole steps. */
export function tinyZoom(file: string, width: number): number {
  return width <= 32 && !/\.svg$/i.test(file) ? Math.floor(192 / width) : 1;
}

/** What `article` says when it is done: what does not hold, what could not be made, where the page is. */
export function describeArticle(article: Article, page: string, style: Style): string[] {
  const { rows, pictures, laws, findings, failed } = countArticle(article);
  const lines: string[] = [];
  for (const { id, checks, failure } of inLanguage(article, 'en').sections.flatMap((section) => section.rows)) {
    if (failure !== null) lines.push(`${style.warn(`${id} not made:`)} ${failure}`);
    for (const check of checks) {
      if (check.holds) continue;
      const word = check.kind === 'law' ? 'BROKEN' : 'not for this photograph';
      lines.push(`${style.warn(`${id} ${word}:`)} ${check.what}: expected ${check.expected}, got ${check.measured}`);
    }
  }
  const seen = findings.held + findings.missed;
  const claims = `${laws.held} of ${laws.held + laws.broken} claims hold${seen > 0 ? `, ${findings.held} of ${seen} findings about the photograph` : ''}`;
  const lost = failed > 0 ? `, ${plural(failed, 'row')} not made` : '';
  return [
    ...lines,
    `${plural(rows, 'row')}, ${plural(pictures, 'picture')}; ${claims}${lost}`,
    `wrote ${style.strong(page)}`,
  ];
}

/** The one document of --json: English, whatever the page's language. */
export function articleDocument(article: Article, page: string): object {
  return { cnnviz: VERSION, command: 'article', page, count: countArticle(article), ...inLanguage(article, 'en') };
}
