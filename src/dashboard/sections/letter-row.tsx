import type { DeadLetter } from '../../model/dead-letter.ts';
import { PurgeButton } from '../actions/purge-button.tsx';
import { ago } from '../format/ago.ts';
import { counted } from '../format/figures.ts';
import { utc } from '../format/time.tsx';
import { replay } from '../state/letters.ts';
import { Button } from '../ui/button.tsx';

/** `Microsoft.Storage.BlobCreated` as people say it. */
function plain(event: string): string {
  if (event === 'shard') return 'piece of a reconcile';
  return event.replace(/^Microsoft\.Storage\./, '');
}

interface RowProps {
  readonly letter: DeadLetter;
  readonly now: string;
  /** It is another than that of its neighbours. */
  readonly hasOwnDetail: boolean;
}

export function LetterRow({ letter, now, hasOwnDetail }: RowProps) {
  const { id, container, path, detail, event, attempts, replays, deadLetteredAt, firstError } = letter;
  const name =
    container === undefined ? 'names no key' : path === undefined ? container : `${container}/${path}`;
  const choice = { ids: [id] };
  return (
    <li>
      <div>
        <p class="key-name">{name}</p>
        {hasOwnDetail ? <p>{detail}</p> : null}
        {firstError === undefined || firstError.detail === detail ? null : <p>First: {firstError.detail}</p>}
        <p class="soft">
          {[plain(event), counted(attempts, 'try', 'tries'), ...(replays > 0 ? [`replayed ${replays}×`] : [])]
            .filter(Boolean)
            .join(', ')}
          , stuck{' '}
          <time dateTime={deadLetteredAt} title={utc(deadLetteredAt)}>
            {ago(deadLetteredAt, now)}
          </time>
        </p>
      </div>
      <div class="buttons">
        <Button onPress={async () => await replay(choice)} label={`Replay ${name}`}>
          Replay
        </Button>
        <PurgeButton choice={choice} number={1} label={`Purge ${name}`}>
          Purge
        </PurgeButton>
      </div>
    </li>
  );
}
