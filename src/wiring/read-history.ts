import { createAzureHistoryStore } from '../azure/history/history-store.ts';
import type { AccountSettings } from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { KeyHistory } from '../model/history.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import { createScope } from '../model/scope.ts';
import { connectStorage } from './connect-storage.ts';

/** One key, or every key below a prefix that ends with a slash or is empty. */
export interface HistoryQuestion {
  /** By its name at the source. */
  readonly container: ContainerName;
  readonly path: string;
}

/** @throws BlobmirrorError `request-invalid` */
export function parseHistoryRange(text: string): HistoryQuestion {
  const slash = text.includes('/') ? text.indexOf('/') : text.length;
  try {
    return { container: parseContainerName(text.slice(0, slash)), path: text.slice(slash + 1) };
  } catch (cause) {
    throw new BlobmirrorError(
      'request-invalid',
      `${JSON.stringify(text.slice(0, 100))} begins with no container; it should be CONTAINER/PATH or CONTAINER/FOLDER/`,
      { cause },
    );
  }
}

/** A listing only reads, so a failed request may be repeated. */
const TRIES = 5;

/** Reads what a flat backup keeps. It needs the backup account alone (H7). */
export function createHistoryReader(
  settings: Pick<AccountSettings, 'source' | 'backup' | 'scope'>,
): (question: HistoryQuestion) => AsyncIterable<KeyHistory> {
  const scope = createScope(settings.source.accountName, settings.scope);
  const history = createAzureHistoryStore(connectStorage(settings.backup, { tries: TRIES }));
  return async function* read({ container, path }) {
    const isPrefix = path === '' || path.endsWith('/');
    for await (const page of history.listHistory(scope.toBackup(container), { prefix: path }))
      for (const kept of page) if (isPrefix || kept.path === path) yield kept;
  };
}
