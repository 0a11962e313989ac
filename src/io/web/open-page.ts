import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** How long an opener may take before it counts as having found a browser. */
const WAIT_MS = 3000;

/** What shows a page on a system. On Windows `start` belongs to the shell, which reads signs in names as its own. */
function openerFor(system: NodeJS.Platform): readonly string[] {
  if (system === 'darwin') return ['open'];
  return system === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
}

/**
 * Shows a file or an address in the browser that the system opens such things with.
 * @returns why it is not shown; null: it is
 */
export function openPage(place: string, system: NodeJS.Platform = process.platform): Promise<string | null> {
  const target = /^https?:/.test(place) ? place : resolve(place);
  const [program, ...args] = openerFor(system);
  return new Promise((tell) => {
    const child = spawn(program, [...args, target], { stdio: 'ignore', detached: true });
    const timer = setTimeout(() => end(null), WAIT_MS);
    const end = (why: string | null) => {
      clearTimeout(timer);
      child.unref();
      tell(why);
    };
    child.on('error', () => end(`there is no ${program} here`));
    child.on('exit', (code) => end(code === 0 ? null : `${program} found nothing to open it with (${code})`));
  });
}
