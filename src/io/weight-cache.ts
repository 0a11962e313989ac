import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { kindOf } from './read-files.js';

/** What decides where a user's caches lie. */
export interface UserPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
}

function ownPlace(): UserPlace {
  return { env: process.env, platform: process.platform, home: homedir() };
}

/**
 * Where fetched files are kept: CNNVIZ_CACHE, else `cnnviz` in the user's folder for caches.
 * Source: XDG Base Directory Specification 0.8 (a path that is not absolute is to be ignored); Apple's File System
 * Programming Guide; Microsoft's KNOWNFOLDERID LocalAppData
 */
export function cacheFolder({ env, platform, home }: UserPlace = ownPlace()): string {
  if (env.CNNVIZ_CACHE) return resolve(env.CNNVIZ_CACHE);
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'cnnviz');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'cnnviz');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'cnnviz', 'Cache');
  return join(home, '.cache', 'cnnviz');
}

/** Where PyTorch keeps what it has fetched, on every system. Source: torch/hub.py, _get_torch_home and load_state_dict_from_url */
export function hubFolder({ env, home }: UserPlace = ownPlace()): string {
  const torch = env.TORCH_HOME || join(env.XDG_CACHE_HOME || join(home, '.cache'), 'torch');
  return join(torch, 'hub', 'checkpoints');
}

/** A file of the cache by its bare name; null when there is none, or the name is a path. */
export function cachedFile(name: string): string | null {
  if (name === '' || name !== basename(name) || /\.(part|lock|json)$/.test(name)) return null;
  const path = join(cacheFolder(), name);
  return kindOf(path) === 'a file' ? path : null;
}
