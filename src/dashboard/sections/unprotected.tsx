import { useEffect, useRef, useState } from 'preact/hooks';
import type { Status } from '../../api/status.ts';
import type { UnprotectedCount, UnprotectedKey } from '../../api/unprotected.ts';
import { Ago, counted, sentence } from '../format/format-values.tsx';
import { generation } from '../state/dead-letters.ts';
import {
  NO_FILTER,
  type UnprotectedFilter,
  type UnprotectedList,
  acknowledgeUnprotected,
  readUnprotected,
} from '../state/unprotected.ts';
import { Button, Section, textOf } from '../ui/elements.tsx';
import { KeyName } from './find-key.tsx';

/** Every key whose change was seen and is not in the backup, with why, and what would mend it. */
export function Unprotected({ status }: { readonly status: Status }) {
  const { count, isComplete } = status.recovery.excepted;
  const hasSome = count > 0 || isComplete === false;
  const [filter, setFilter] = useState<UnprotectedFilter>(NO_FILTER);
  const { list, failure, more } = useUnprotected(filter, count, hasSome);
  if (!hasSome)
    return <Section id="unprotected" title="Not protected" summary="No key that was judged is left out." />;
  return (
    <Section
      id="unprotected"
      title="Not protected"
      summary={
        count === 0
          ? 'Not known: not everything that names such keys could be read.'
          : `${isComplete === false ? 'At least ' : ''}${counted(count, 'key')} changed at the source, and the backup lacks the change.`
      }
      actions={
        <Button onPress={acknowledgeUnprotected} label="Acknowledge the keys that are not protected">
          Acknowledge
        </Button>
      }
    >
      <Filter reasons={Object.keys(list?.byReason ?? {})} onChange={setFilter} />
      {failure === undefined ? null : <p class="alert">{failure}</p>}
      {list === undefined ? (
        failure === undefined && <p class="soft">Reading them…</p>
      ) : (
        <List list={list} now={status.at} more={more} />
      )}
    </Section>
  );
}

interface FilterProps {
  readonly reasons: readonly string[];
  readonly onChange: (filter: UnprotectedFilter) => void;
}

function Filter({ reasons, onChange }: FilterProps) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    onChange({
      container: textOf(fields, 'container'),
      prefix: textOf(fields, 'prefix'),
      reason: textOf(fields, 'reason'),
    });
  }
  const shared = { autocomplete: 'off', autocapitalize: 'none', spellcheck: false } as const;
  return (
    <form class="find" onSubmit={submit}>
      <label>
        Container
        <input name="container" {...shared} />
      </label>
      <label>
        Prefix of the path
        <input name="prefix" {...shared} />
      </label>
      <label>
        Reason
        <input name="reason" list="unprotected-reasons" {...shared} />
      </label>
      <datalist id="unprotected-reasons">
        {reasons.map((reason) => (
          <option key={reason} value={reason} />
        ))}
      </datalist>
      <button type="submit">Filter</button>
    </form>
  );
}

/** What could not be read, so that keys may be missing here. */
const UNREAD: Readonly<Record<string, string>> = {
  record: 'The record of keys cannot be read, or was lost: a complete full sync begins it anew.',
  'full-sync': 'What the last full sync left cannot be read.',
  'dead-letters': 'The dead letters cannot be read, or not all of them.',
  waiting: 'The keys that wait for a recheck cannot be read, or not all of them.',
};

interface ListProps {
  readonly list: UnprotectedList;
  readonly now: string;
  readonly more: () => Promise<void>;
}

function List({ list: { keys, byReason, more: beyond, unknown, next }, now, more }: ListProps) {
  const hints = new Map(keys.map(({ reason, hint }) => [reason, hint]));
  return (
    <>
      {unknown.map((what) => (
        <p key={what} class="alert">
          {UNREAD[what] ?? `Not known: ${what}.`}
        </p>
      ))}
      <dl class="facts">
        {Object.entries(byReason).flatMap(([reason, number]) => [
          <dt key={reason}>
            <code>{reason}</code>
          </dt>,
          <dd key={`${reason} number`}>
            {counted(number, 'key')}. {hints.get(reason)}
          </dd>,
        ])}
        {beyond.flatMap((each, index) => [
          <dt key={`${index} beyond`}>
            <code>{each.reason}</code>
          </dt>,
          <dd key={`${index} beyond number`}>{beyondText(each)}</dd>,
        ])}
      </dl>
      {keys.length === 0 && beyond.length === 0 && unknown.length === 0 ? (
        <p class="soft">No key matches.</p>
      ) : null}
      <ul class="letters">
        {keys.map((each) => (
          <Row key={`${each.container}/${each.path}`} unprotected={each} now={now} />
        ))}
      </ul>
      {next === null ? null : (
        <Button kind="quiet" onPress={more} label="Show more keys that are not protected">
          Show more
        </Button>
      )}
    </>
  );
}

function beyondText({ container, count, isExact }: UnprotectedCount): string {
  const where = container === '' ? '' : ` in ${container}`;
  return isExact
    ? `${counted(count, 'key')}${where} that the record does not name.`
    : `${counted(count, 'finding')}${where} beyond the named keys; a key counts as often as it was found.`;
}

function Row({ unprotected, now }: { readonly unprotected: UnprotectedKey; readonly now: string }) {
  const { container, path, below, reason, since, lastTry, deadLetter, acknowledged } = unprotected;
  return (
    <li>
      <div>
        <p>
          <KeyName container={container} path={path} /> {below === true ? 'and all below ' : ''}
          <code>{reason}</code>
        </p>
        <p class="soft">
          {since === null ? (
            'Since when is not known'
          ) : (
            <>
              Since <Ago at={since} now={now} />
            </>
          )}
          ,{' '}
          {lastTry === null ? (
            'not tried since'
          ) : (
            <>
              last tried <Ago at={lastTry} now={now} />
            </>
          )}
          {deadLetter === undefined ? '' : `, dead letter ${deadLetter}`}
          {acknowledged === true ? ', acknowledged' : ''}
        </p>
      </div>
    </li>
  );
}

/** The keys of a filter, read again when their number changes and after every action. */
function useUnprotected(filter: UnprotectedFilter, count: number, hasSome: boolean) {
  const [list, setList] = useState<UnprotectedList>();
  const [failure, setFailure] = useState<string>();
  const latest = useRef(0);

  async function read(before?: UnprotectedList): Promise<void> {
    const own = ++latest.current;
    try {
      const found = await readUnprotected(filter, before);
      if (own !== latest.current) return;
      setList(found);
      setFailure(undefined);
    } catch (error) {
      if (own === latest.current)
        setFailure(sentence(error instanceof Error ? error.message : String(error)));
    }
  }

  useEffect(() => {
    if (hasSome) void read();
  }, [filter, count, hasSome, generation.value]);
  return { list, failure, more: async () => await read(list) };
}
