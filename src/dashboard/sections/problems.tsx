import type { Status } from '../../api/status.ts';
import { Time, sentence } from '../format/format-values.tsx';
import { refresh, trouble } from '../state/poll.ts';
import { Button, Icon } from '../ui/elements.tsx';

/** The section that shows more about a problem, by a part of its code. */
const PLACES: readonly (readonly [mark: string, id: string, words: string])[] = [
  ['unprotected', 'unprotected', 'See the keys'],
  ['dead-letter', 'dead-letters', 'See the dead letters'],
  ['proven', 'runs', 'See the full syncs'],
  ['live', 'backlog', 'See the backlog'],
  ['canary', 'backlog', 'See the backlog'],
];

/** What needs attention first: the app is unreachable, mirroring is paused, or health has problems. */
export function Problems({ status }: { readonly status: Status | undefined }) {
  const lost = trouble.value?.kind === 'unreachable' ? trouble.value : undefined;
  const problems = status?.health.problems ?? [];
  if (lost === undefined && status?.paused === undefined && problems.length === 0) return null;
  return (
    <ul class="problems" aria-label="What needs attention">
      {lost === undefined ? null : (
        <li class="lost">
          <Icon shape="lost" />
          <p>
            <strong>
              Not reachable since <Time at={lost.since} />.
            </strong>{' '}
            {status === undefined ? '' : 'The page shows the state of that time. '}
            {sentence(lost.reason)} Next try at <Time at={lost.retryAt} />.
          </p>
          <Button onPress={refresh}>Try now</Button>
        </li>
      )}
      {status?.paused === undefined ? null : (
        <li class="paused">
          <Icon shape="paused" />
          <p>
            <strong>
              Paused since <Time at={status.paused.since} now={status.at} />
              {status.paused.reason === undefined ? '.' : `: ${status.paused.reason.replace(/\.$/, '')}.`}
            </strong>{' '}
            Changes wait in the queue.
          </p>
        </li>
      )}
      {problems.map(({ code, detail }) => {
        const [, id, words] = PLACES.find(([mark]) => code.includes(mark)) ?? [];
        return (
          <li key={code} class={status?.health.status === 'ok' ? 'paused' : 'bad'}>
            <Icon shape="bad" />
            <p>
              <strong>{detail}</strong>{' '}
              {id === undefined ? <code>{code}</code> : <a href={`#${id}`}>{words}</a>}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
