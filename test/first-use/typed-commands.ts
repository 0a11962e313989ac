/** The words of a command line without its first, as a shell would pass them on. */
export function argumentsOf(command: string): string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)!;
  return words.slice(1).map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** A command that a page shows, and what the page says that it prints. */
export interface Shown {
  command: string;
  /** Without the empty lines at its end; empty where the page shows none. */
  printed: string;
}

/** The blocks of a page that show a terminal: in each, commands behind `$ ` and what they print. */
export function terminalsOf(page: string): Shown[][] {
  return [...page.matchAll(/^```console\n([\s\S]*?)^```/gm)].map(([, block]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command, ...lines] = text.split('\n');
        return { command, printed: lines.join('\n').trimEnd() };
      }),
  );
}

/** The flags that a page writes: behind which command ("head train", null for any), and where. */
export interface WrittenFlag {
  flag: string;
  command: string | null;
  line: number;
}

/**
 * Every flag of a `cnnviz …` in the page's code, and every one that stands alone in code, such as `--json`.
 * @param groups commands that have commands below them
 */
export function flagsOf(page: string, groups: readonly string[]): WrittenFlag[] {
  return codeOf(page).flatMap(({ code, line }): WrittenFlag[] => {
    const start = /(?:^|[\s"'])cnnviz (?=\S)/.exec(code);
    if (start === null) {
      const alone = /^(--?[a-z][\w-]*)/.exec(code);
      return alone === null ? [] : [{ flag: alone[1], command: null, line }];
    }
    const words = code.slice(start.index + start[0].length).match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)!;
    const end = words.findIndex((word) => /^(?:[|>&;]|:::)/.test(word));
    const [first, second, ...rest] = end < 0 ? words : words.slice(0, end);
    const command = groups.includes(first) && second !== undefined ? `${first} ${second}` : first;
    return [second ?? '', ...rest].flatMap((word) => {
      const flag = /^(--[a-z][\w-]*|-[a-zA-Z0])(?:=|$)/.exec(word)?.[1];
      return flag === undefined ? [] : [{ flag, command, line }];
    });
  });
}

/** Lines of blocks, and spans between backticks, with the line of the page they stand in. */
function codeOf(page: string): { code: string; line: number }[] {
  let inBlock = false;
  return page.split('\n').flatMap((text, i) => {
    if (text.startsWith('```')) {
      inBlock = !inBlock;
      return [];
    }
    if (inBlock) return [{ code: text.replace(/^\$ /, ''), line: i + 1 }];
    const spans = [...text.matchAll(/`([^`]+)`/g)];
    return spans.map(([, code]) => ({ code: code.replaceAll('\\|', '|'), line: i + 1 }));
  });
}
