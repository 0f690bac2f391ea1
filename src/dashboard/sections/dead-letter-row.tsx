import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DeadLetter } from '../../api/dead-letter.ts';
import { Ago, counted } from '../format/format-values.tsx';
import { KeyName } from './find-key.tsx';
import { type Choice, purge, replay, focusDeadLetters } from '../state/dead-letters.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/elements.tsx';

/** `BlobCreated` for `Microsoft.Storage.BlobCreated`. */
function toEventName(event: string): string {
  if (event === 'shard') return 'part of a full sync';
  return event.replace(/^Microsoft\.Storage\./, '');
}

interface RowProps {
  readonly deadLetter: DeadLetter;
  readonly now: string;
  /** Its detail differs from those of the other dead letters of the group. */
  readonly hasOwnDetail: boolean;
}

export function DeadLetterRow({ deadLetter, now, hasOwnDetail }: RowProps) {
  const { id, container, path, detail, event, attempts, replays, deadLetteredAt, firstError } = deadLetter;
  const name =
    container === undefined
      ? 'no key in the message'
      : path === undefined
        ? container
        : `${container}/${path}`;
  const choice = { ids: [id] };
  return (
    <li>
      <div>
        <p>
          {container === undefined || path === undefined ? (
            <span class="key-name">{name}</span>
          ) : (
            <KeyName container={container} path={path} />
          )}
        </p>
        {hasOwnDetail ? <p>{detail}</p> : null}
        {firstError === undefined || firstError.detail === detail ? null : (
          <p>First error: {firstError.detail}</p>
        )}
        <p class="soft">
          {[
            toEventName(event),
            counted(attempts, 'attempt'),
            ...(replays > 0 ? [`replayed ${replays}×`] : []),
          ]
            .filter(Boolean)
            .join(', ')}
          , dead-lettered <Ago at={deadLetteredAt} now={now} />
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

/** Purges dead letters after a confirmation. */
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
            if (isPurged.current) focusDeadLetters();
          }}
        >
          <p>
            Purging deletes the record of the failure and mirrors nothing. The next full sync still finds what
            is out of step; to mirror it now, replay instead.
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
