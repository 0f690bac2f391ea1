import { describeScope } from '../../api/scope-status.ts';
import type { Status } from '../../api/status.ts';
import { Ago, bytes, count, counted } from '../format/format-values.tsx';
import { Section } from '../ui/elements.tsx';

/** The mirrored containers, as the last unrestricted full sync counted them. */
export function Containers({ status: { containers, scope, at, stateAsOf } }: { readonly status: Status }) {
  const newest = containers
    .map(({ countedAt }) => countedAt)
    .toSorted()
    .at(-1);
  if (newest === undefined)
    return (
      <Section
        id="containers"
        title="Containers"
        summary={
          stateAsOf === null
            ? 'Not known: the state cannot be read now.'
            : 'Not counted yet. The first full sync counts them.'
        }
      >
        <Scope scope={scope} />
      </Section>
    );
  const blobs = containers.reduce((total, container) => total + container.blobs, 0);
  return (
    <Section
      id="containers"
      title="Containers"
      summary={
        <>
          {counted(containers.length, 'container')} with {counted(blobs, 'blob')}, counted{' '}
          <Ago at={newest} now={at} />.
        </>
      }
    >
      <Scope scope={scope} />
      <table class="containers">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="number">
              Blobs
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col" class="number">
              Last change mirrored
            </th>
          </tr>
        </thead>
        <tbody>
          {containers.map(({ name, blobs: own, bytes: size, lastMirroredAt }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{count(own)}</td>
              <td class="number">{size === null ? <span class="soft">not counted</span> : bytes(size)}</td>
              <td class="number">
                {lastMirroredAt === null ? (
                  <span class="soft">none known</span>
                ) : (
                  <Ago at={lastMirroredAt} now={at} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

/** Which containers and paths the settings mirror, and which not. */
function Scope({ scope }: Pick<Status, 'scope'>) {
  const { mirrored, left, renamed } = describeScope(scope);
  return (
    <dl class="facts">
      <dt>Mirrored</dt>
      <dd>{mirrored}</dd>
      {left === undefined ? null : (
        <>
          <dt>Not mirrored</dt>
          <dd>{left}</dd>
        </>
      )}
      {renamed === undefined ? null : (
        <>
          <dt>Names</dt>
          <dd>{renamed}</dd>
        </>
      )}
    </dl>
  );
}
