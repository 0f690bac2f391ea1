import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DeadLetter } from '../../api/dead-letter.ts';
import { ago, counted, utc } from '../format/format-values.tsx';
import { type Choice, purge, replay, stayWithLetters } from '../state/dead-letters.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/elements.tsx';

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

interface PurgeProps {
  readonly choice: Choice;
  readonly number: number;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** Throws dead letters away, once that was confirmed. */
export function PurgeButton({ choice, number, label, children }: PurgeProps) {
  const [isAsking, setAsking] = useState(false);
  const isPurged = useRef(false);
  return (
    <>
      <Button kind="quiet" {...(label !== undefined && { label })} onPress={() => setAsking(true)}>
        {children}
      </Button>
      {isAsking ? (
        <Dialog
          title={`Purge ${counted(number, 'dead letter')}?`}
          confirm="Purge"
          isDangerous
          onConfirm={async () => (isPurged.current = await purge(choice))}
          onClose={() => {
            setAsking(false);
            if (isPurged.current) stayWithLetters();
          }}
        >
          <p>
            The record of what failed is thrown away and nothing is mirrored. A reconcile still finds what is
            out of step; replay is the way to mend it now.
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
