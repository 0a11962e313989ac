import { arg, command, group } from '../../cli/command.js';
import { isStored } from '../../io/paths.js';

const examples = `Examples:
  cnnviz conv photos/ -r -o maps/ -k edge3x3 --shard 1/4     one of four parts, on as many machines
  cnnviz batch merge maps/                                   all four done? joins their manifests, names what is missing
`;

const merge = command({
  name: 'merge',
  summary: 'join the manifests of all shards, and say what is missing',
  description: 'Join the manifests of all shards of a folder; exit 1 when an input failed, is missing or came twice.',
  examples,
  args: { folder: arg.one('the folder the shards wrote to, or s3://BUCKET/FOLDER/') },
  flags: {},
  async answer({ folder }) {
    const { VERSION } = await import('../../core/version.js');
    const { describeMerge, mergeManifests } = await import('./merge-manifests.js');
    const found = isStored(folder)
      ? await (await import('./merge-stored.js')).mergeStored(folder)
      : await mergeManifests(folder);
    return {
      ...describeMerge(found),
      document: () => ({ cnnviz: VERSION, command: 'batch merge', ...found }),
      ok: found.manifest !== null && found.failed.length === 0,
    };
  },
});

/** `cnnviz batch`: what concerns a batch as a whole; working on images is what `conv`, `run` and `preprocess` do. */
export const batch = group(
  {
    name: 'batch',
    description: 'What concerns a batch that several runs shared.',
    examples,
  },
  [merge],
);
