import { flag, under, type ValuesOf } from '../../cli/flags.js';
import { CnnvizError } from '../../core/errors.js';
import type { QueueConnection } from '../../io/queue/connect.js';

/** Where the queue is: the same for all commands of a farm. */
export const queueFlags = under('Queue:', {
  queue: flag.text(
    '--queue <address>',
    'redis://host:6379 of a Redis or Valkey, rediss:// with TLS (default: what CNNVIZ_QUEUE says)',
  ),
  insecure: flag.on('--insecure', 'talk to a Redis on another host though it asks for no password'),
});

export const workFlags = {
  ...queueFlags,
  ...under('Queue:', {
    untilDone: flag.on('--until-done', 'end when nothing is left to do; exit 1 when an image failed'),
    lease: flag.whole('--lease <seconds>', 'a worker that is silent for so long has lost its jobs to others', 1, '30'),
  }),
};

export const statusFlags = {
  ...queueFlags,
  ...under('Queue:', { watch: flag.on('--watch', 'go on until all is done: a bar, or a line every few seconds') }),
};

type QueueValues = ValuesOf<typeof queueFlags>;

/**
 * Connects to the queue of a command line.
 * @throws CnnvizError 'usage' without an address, or as connectQueue does
 */
async function openQueue({ queue, insecure }: QueueValues, note: (text: string) => void): Promise<QueueConnection> {
  const text = queue ?? process.env.CNNVIZ_QUEUE ?? '';
  if (text === '') {
    throw new CnnvizError('usage', 'a farm needs the address of its queue', {
      fix: 'add --queue redis://127.0.0.1:6379, or set CNNVIZ_QUEUE',
    });
  }
  const { queueAddress } = await import('../../io/queue/address.js');
  const { connectQueue } = await import('../../io/queue/connect.js');
  const address = queueAddress(text, process.env);
  // the list of processes shows how they were started
  if (queue !== null && /\/\/[^/]*@/.test(queue)) process.title = 'cnnviz farm';
  return connectQueue(address, { insecure, note });
}

/** Does something with the queue, whose errors are told in words, and lets go of it. */
export async function withQueue<T>(
  flags: QueueValues,
  note: (text: string) => void,
  use: (connection: QueueConnection) => Promise<T>,
): Promise<T> {
  const connection = await openQueue(flags, note);
  try {
    return await use(connection);
  } catch (error) {
    const { queueFault } = await import('../../io/queue/faults.js');
    throw queueFault(connection.address.shown, error);
  } finally {
    connection.close();
  }
}
