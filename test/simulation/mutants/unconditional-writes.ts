import type { Etag } from '../../../src/model/etag.ts';
import type { Key } from '../../../src/model/key.ts';
import type { BackupStore } from '../../../src/ports/backup-store.ts';
import type { WriteCondition } from '../../../src/ports/write-outcome.ts';
import { spoilPorts } from './mutant.ts';

/** Against invariant 3: writes carry no condition, so that each overwrites whatever is there. */
export const unconditionalWrites = spoilPorts(({ backup }) => ({
  backup: {
    ...backup,
    copy: (request) =>
      insist(backup, request.key, (condition) => backup.copy({ ...request, condition }), isRefused),
    restamp: (request) =>
      insist(
        backup,
        request.key,
        (condition) => backup.restamp({ ...request, ifMatch: etagOf(condition) ?? request.ifMatch }),
        (answer, condition) => isRefused(answer) && 'ifMatch' in condition,
      ),
    delete: (key, ifMatch, why) =>
      insist(
        backup,
        key,
        (condition) => backup.delete(key, etagOf(condition) ?? ifMatch, why),
        (answer, condition) => isRefused(answer) && 'ifMatch' in condition,
      ),
  },
}));

const isRefused = ({ kind }: { kind: string }): boolean => kind === 'backup-precondition-failed';

function etagOf(condition: WriteCondition): Etag | undefined {
  return 'ifMatch' in condition ? condition.ifMatch : undefined;
}

/** Replaces the condition of a write by one that holds. */
async function insist<Answer>(
  backup: BackupStore,
  key: Key,
  write: (condition: WriteCondition) => Promise<Answer>,
  isInTheWay: (answer: Answer, condition: WriteCondition) => boolean,
): Promise<Answer> {
  for (;;) {
    const reading = await backup.read(key);
    const condition: WriteCondition = reading.present ? { ifMatch: reading.etag } : { nothingThere: true };
    const answer = await write(condition);
    const isContainerMissing = !reading.present && reading.container === 'missing';
    if (!isInTheWay(answer, condition) || isContainerMissing) return answer;
  }
}
