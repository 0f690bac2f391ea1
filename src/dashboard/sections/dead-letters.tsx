import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeadLetter } from '../../api/dead-letter.ts';
import type { Status } from '../../api/status.ts';
import { count, counted } from '../format/format-values.tsx';
import { DeadLetterRow, PurgeButton } from './dead-letter-row.tsx';
import {
  type DeadLetterPage,
  acknowledge,
  generation,
  readDeadLetters,
  replay,
} from '../state/dead-letters.ts';
import { Button, Icon, Section } from '../ui/elements.tsx';

/** The dead letters by error code, with replay, acknowledge and purge. */
export function DeadLetters({ status }: { readonly status: Status }) {
  const { count: all, isComplete, acknowledged, byCode } = status.deadLetters;
  if (all === 0) {
    const summary = isComplete ? 'There are none.' : 'The dead-letter queues cannot be read now.';
    return <Section id="dead-letters" title="Dead letters" summary={summary} />;
  }
  const codes = Object.entries(byCode).toSorted(([, one], [, other]) => other - one);
  const open = all - acknowledged;
  return (
    <Section
      id="dead-letters"
      title="Dead letters"
      summary={
        <>
          {isComplete ? '' : 'At least '}
          {counted(all, 'change')} could not be mirrored.{' '}
          {open === 0
            ? 'All are acknowledged.'
            : acknowledged === 0
              ? ''
              : `${count(acknowledged)} are acknowledged.`}
        </>
      }
      actions={
        <>
          <Button kind="primary" onPress={async () => await replay({ all: true })}>
            Replay all
          </Button>
          {open === 0 ? null : <Button onPress={acknowledge}>Acknowledge</Button>}
          <PurgeButton choice={{ all: true }} number={all}>
            Purge all
          </PurgeButton>
        </>
      }
    >
      {codes.map(([code, number]) => (
        <DeadLetterGroup key={code} code={code} number={number} now={status.at} isOpen={codes.length <= 3} />
      ))}
    </Section>
  );
}

interface GroupProps {
  readonly code: string;
  readonly number: number;
  readonly now: string;
  readonly isOpen: boolean;
}

/** The dead letters of one code: the hint once, then the keys. */
function DeadLetterGroup({ code, number, now, isOpen }: GroupProps) {
  const { letters, next, failure, more } = useDeadLetters(code, number);
  const [first] = letters;
  const shared = letters.every(({ detail }) => detail === first?.detail) ? first?.detail : undefined;
  return (
    <details class="group" open={isOpen}>
      <summary>
        <Icon shape="bad" /> <code>{code}</code> <span class="soft">{counted(number, 'change')}</span>
      </summary>
      {shared === undefined ? null : <p class="detail">{shared}</p>}
      {first === undefined ? null : <p class="hint">{first.hint}</p>}
      <div class="buttons">
        <Button onPress={async () => await replay({ code })} label={`Replay all of ${code}`}>
          Replay these
        </Button>
        <PurgeButton choice={{ code }} number={number} label={`Purge all of ${code}`}>
          Purge these
        </PurgeButton>
      </div>
      {failure === undefined ? null : <p class="alert">{failure}</p>}
      <ul class="letters">
        {letters.map((deadLetter) => (
          <DeadLetterRow
            key={deadLetter.id}
            deadLetter={deadLetter}
            now={now}
            hasOwnDetail={shared === undefined}
          />
        ))}
      </ul>
      {next === null ? null : (
        <Button kind="quiet" onPress={more} label={`Show more of ${code}`}>
          Show more
        </Button>
      )}
    </details>
  );
}

/** The dead letters of one code, read again when their number changes and after every action. */
function useDeadLetters(code: string, number: number) {
  const [{ letters, next }, setPage] = useState<DeadLetterPage>({ letters: [], next: null });
  const [failure, setFailure] = useState<string>();
  const latest = useRef(0);

  async function read(known: readonly DeadLetter[], from?: string): Promise<void> {
    const own = ++latest.current;
    try {
      const page = await readDeadLetters(code, from);
      if (own !== latest.current) return;
      setPage({ letters: [...known, ...page.letters], next: page.next });
      setFailure(undefined);
    } catch (error) {
      if (own === latest.current) setFailure(error instanceof Error ? error.message : String(error));
    }
  }

  useEffect(() => void read([]), [code, number, generation.value]);
  return { letters, next, failure, more: async () => await read(letters, next ?? undefined) };
}
