import { chmodSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createAccountSas, type LocalAccount, type LocalConnections } from '@blobmirror/local';
import { WORKER_FLAGS } from '../../src/cli/worker-flags.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { bundled } from '../bundled.ts';

/** A program that makes one container like another. */
export interface SyncTool {
  readonly name: string;
  command(route: Route): Command;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Route {
  readonly info: LocalConnections;
  readonly source: string;
  readonly backup: string;
  /** Whether index tags are to be brought along, by those who can. */
  readonly tags?: boolean;
}

const CLIENTS = fileURLToPath(new URL('../../test/clients/', import.meta.url));
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64';
const AZCOPY = `${CLIENTS}node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_${ARCHITECTURE}`;
/** A folder for what tools keep: job plans, logs, a configuration that is not the user's. */
const scratch = mkdtempSync(join(tmpdir(), 'blobmirror-bench-'));

export const OURS: SyncTool = {
  name: 'blobmirror',
  command: ({ info, source, backup, tags = false }) => ({
    program: process.execPath,
    args: [...WORKER_FLAGS, bundled('reconcile-once')],
    env: {
      ...localSettings(info),
      BLOBMIRROR_INCLUDE_CONTAINERS: source,
      ...(backup !== source && { BLOBMIRROR_CONTAINER_MAP: `${source}=${backup}` }),
      BLOBMIRROR_TAGS: tags ? 'mirror' : 'off',
    },
  }),
};

const azcopy: SyncTool = {
  name: 'azcopy',
  command: ({ info, source, backup, tags = false }) => ({
    program: AZCOPY,
    args: [
      'sync',
      `${info.source.blobEndpoint}/${source}?${createAccountSas(info.source)}`,
      `${info.backup.blobEndpoint}/${backup}?${createAccountSas(info.backup)}`,
      '--from-to=BlobBlob',
      '--delete-destination=true',
      ...(tags ? ['--s2s-preserve-blob-tags=true'] : []),
    ],
    env: { AZCOPY_LOG_LOCATION: scratch, AZCOPY_JOB_PLAN_LOCATION: scratch },
  }),
};

/** With copies by the service, which is less work for it than its own way of reading and writing all content. */
const rclone: SyncTool = {
  name: 'rclone',
  command: ({ info, source, backup }) => ({
    program: 'rclone',
    args: [
      'sync',
      `SOURCE:${source}`,
      `BACKUP:${backup}`,
      '--fast-list',
      '--checkers=16',
      '--transfers=32',
      '--server-side-across-configs',
    ],
    env: {
      RCLONE_CONFIG: join(scratch, 'rclone.conf'),
      RCLONE_CONFIG_SOURCE_TYPE: 'azureblob',
      RCLONE_CONFIG_SOURCE_SAS_URL: urlOf(info.source),
      RCLONE_CONFIG_BACKUP_TYPE: 'azureblob',
      RCLONE_CONFIG_BACKUP_SAS_URL: urlOf(info.backup),
    },
  }),
};

/** Ours and those that are installed; says which are not. */
export function findTools(): readonly SyncTool[] {
  if (existsSync(AZCOPY)) chmodSync(AZCOPY, 0o755);
  const found = [OURS];
  if (runs(AZCOPY, '--version')) found.push(azcopy);
  else console.log(`azcopy is not there: npm ci --prefix ${CLIENTS}, and apt-get install libsecret-1-0`);
  if (runs('rclone', 'version')) found.push(rclone);
  else console.log('rclone is not there: apt-get install rclone');
  return found;
}

function runs(program: string, arg: string): boolean {
  return spawnSync(program, [arg], { stdio: 'ignore' }).status === 0;
}

function urlOf(account: LocalAccount): string {
  return `${account.blobEndpoint}?${createAccountSas(account)}`;
}
