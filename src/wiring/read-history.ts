import type { HistoryQuestion } from '../api/history-question.ts';
import { createAzureHistoryStore } from '../azure/history/history-store.ts';
import type { AccountSettings } from '../config/settings.ts';
import type { KeyHistory } from '../model/history.ts';
import { createScope } from '../model/scope.ts';
import { connectStorage } from './connect-storage.ts';

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
