import { useRef } from 'preact/hooks';
import { DIFFERENCES, type Difference } from '../../api/difference.ts';
import type { ShownKey } from '../../api/shown-key.ts';
import { elsewhereRows, sideRows, timeText, verdictRows, whyItWaits } from '../../api/shown-key-words.ts';
import { type Search, lookUp, search } from '../state/shown-key.ts';
import { Icon, Section, textOf } from '../ui/elements.tsx';

const ID = 'find-key';

/** A search box for one key, and what is known of that key. */
export function FindKey() {
  const { text, found, failure } = search.value;
  const field = useRef<HTMLInputElement>(null);
  if (field.current !== null && document.activeElement !== field.current) field.current.value = text;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    void lookUp(textOf(new FormData(event.currentTarget), 'key'));
  }

  return (
    <Section id={ID} title="Find a blob" summary="Whether one blob or directory is in step, and if not, why.">
      <form class="find" role="search" onSubmit={submit}>
        <label>
          Container and path
          <input
            ref={field}
            name="key"
            required
            placeholder="photos/2026/cat.jpg"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
        </label>
        <button type="submit">Find</button>
      </form>
      <div role="status" aria-live="polite">
        <Outcome text={text} found={found} failure={failure} />
      </div>
      {found === undefined ? null : <Found shown={found} />}
    </Section>
  );
}

/** What screen readers announce: the verdict, or why there is none. */
function Outcome({ text, found, failure }: { readonly [Name in keyof Search]-?: Search[Name] | undefined }) {
  if (failure !== undefined) return <p class="alert">{failure}</p>;
  if (text === '') return null;
  if (found === undefined) return <p class="soft">Asking both accounts…</p>;
  const [, [words, detail] = ['', '']] = verdictRows(found);
  const isWell = found.verdict.state === 'in-step';
  return (
    <p class={`verdict ${isWell ? 'ok' : 'bad'}`}>
      <Icon shape={isWell ? 'ok' : 'bad'} /> <strong>{words}</strong>: {detail}
    </p>
  );
}

function Found({ shown }: { readonly shown: ShownKey }) {
  const { source, backup, at, differences, waiting, deadLetters } = shown;
  const [key, , ...rows] = verdictRows(shown);
  return (
    <>
      <p class="key-name">{key?.[1]}</p>
      <Facts rows={[...rows, ...elsewhereRows(shown)]} />
      <div class="wide">
        <table class="sides">
          <thead>
            <tr>
              <td />
              <th scope="col">Source {source.account}</th>
              <th scope="col">Backup {backup.account}</th>
            </tr>
          </thead>
          <tbody>
            {sideRows(shown).map(([name, one, other]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{one}</td>
                <td>{other}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Facts
        rows={[
          ...(differences ?? []).map(
            (each) =>
              [
                each.name === undefined ? each.difference : `${each.difference} ${each.name}`,
                differenceText(each),
              ] as const,
          ),
          ...(waiting.isUnknown === true ? [] : waiting.messages).map(
            (message) =>
              [
                message.event === '' ? 'waits' : message.event,
                [message.state, timeText(message.changedAt, at), whyItWaits(message, at)]
                  .filter(Boolean)
                  .join(', '),
              ] as const,
          ),
          ...(deadLetters.isUnknown === true ? [] : deadLetters.letters).map(
            ({ id, code, detail }) => [`dead letter ${id}`, `${code}: ${detail}`] as const,
          ),
        ]}
      />
    </>
  );
}

function differenceText({ difference, source, backup }: Difference): string {
  if (source === undefined && backup === undefined) return DIFFERENCES[difference];
  return `${source ?? 'nothing'} at the source, ${backup ?? 'nothing'} on the backup`;
}

function Facts({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  if (rows.length === 0) return null;
  return (
    <dl class="facts">
      {rows.flatMap(([name, value], index) => [
        <dt key={`${index} name`}>{name}</dt>,
        <dd key={`${index} value`}>{value}</dd>,
      ])}
    </dl>
  );
}

/** The name of a key, which can be pressed to see what is known of it. */
export function KeyName({ container, path }: { readonly container: string; readonly path: string }) {
  if (path === '') return <span class="key-name">{container}</span>;
  const text = `${container}/${path}`;
  return (
    <a
      class="key-name"
      href={`#${ID}`}
      onClick={() => {
        void lookUp(text);
      }}
    >
      {text}
    </a>
  );
}
