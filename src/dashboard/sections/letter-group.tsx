import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeadLetter } from '../../model/dead-letter.ts';
import { PurgeButton } from '../actions/purge-button.tsx';
import { counted } from '../format/figures.ts';
import { generation, type Letters, readLetters, replay } from '../state/letters.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { LetterRow } from './letter-row.tsx';

interface GroupProps {
  readonly code: string;
  readonly number: number;
  readonly now: string;
  readonly isOpen: boolean;
}

/** The dead letters of one code: what it means and what to do, said once, and the keys. */
export function LetterGroup({ code, number, now, isOpen }: GroupProps) {
  const { letters, next, failure, more } = useLetters(code, number);
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
        {letters.map((letter) => (
          <LetterRow key={letter.id} letter={letter} now={now} hasOwnDetail={shared === undefined} />
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

/** Read anew whenever their number changes, and after every action. */
function useLetters(code: string, number: number) {
  const [{ letters, next }, setPage] = useState<Letters>({ letters: [], next: null });
  const [failure, setFailure] = useState<string>();
  const latest = useRef(0);

  async function read(known: readonly DeadLetter[], from?: string): Promise<void> {
    const own = ++latest.current;
    try {
      const page = await readLetters(code, from);
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
