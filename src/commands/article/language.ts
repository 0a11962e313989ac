/** The languages of the article's page: English, and Chinese, that of the source article. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text in every language. */
export type Bilingual = Readonly<Record<Language, string>>;

/** A text in every language, or what is the same in all: numbers, names of layers. */
export type Words = string | Bilingual;

/** Texts by key, some made of numbers: one that lacks a language does not compile. */
export type Texts = { readonly [key: string]: Bilingual | ((...facts: never[]) => Bilingual) | Texts };

/** Plain data with every text in one language. */
export type Told<T> = T extends Bilingual
  ? string
  : T extends string | number | boolean | null
    ? T
    : { readonly [K in keyof T]: Told<T[K]> };

/** The same data with every text in one language. */
export function inLanguage<T>(data: T, language: Language): Told<T> {
  return told(data, language) as Told<T>;
}

function told(data: unknown, language: Language): unknown {
  if (Array.isArray(data)) return data.map((one) => told(one, language));
  if (typeof data !== 'object' || data === null) return data;
  if (isBilingual(data)) return data[language];
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, told(value, language)]));
}

function isBilingual(data: object): data is Bilingual {
  return LANGUAGES.every((language) => language in data);
}

/** A text made for each language. */
export function inEach(write: (language: Language) => string): Bilingual {
  return { en: write('en'), zh: write('zh') };
}

/** Several words one behind the other: "a, b" or "a、b". */
export function listed(words: readonly Words[]): Bilingual {
  return inEach((language) => words.map((one) => inLanguage(one, language)).join(COMMA[language]));
}

/** Sentences one behind the other. */
export function inSuccession(sentences: readonly Words[]): Bilingual {
  return inEach((language) => sentences.map((one) => inLanguage(one, language)).join(SPACE[language]));
}

const SPACE: Bilingual = { en: ' ', zh: '' };
const COMMA: Bilingual = { en: ', ', zh: '、' };

/** "3 of 9" */
export function ofAll(count: string | number, all: string | number): Bilingual {
  return { en: `${count} of ${all}`, zh: `${count}\u00a0/\u00a0${all}` };
}
