import type { Status } from '../../api/status.ts';
import { ago, bytes, count, counted, utc } from '../format/format-values.tsx';
import { Section } from '../ui/elements.tsx';

/** The mirrored containers, as the last unrestricted full sync counted them. */
export function Containers({ status: { containers, at } }: { readonly status: Status }) {
  const newest = containers
    .map(({ countedAt }) => countedAt)
    .toSorted()
    .at(-1);
  if (newest === undefined)
    return (
      <Section
        id="containers"
        title="Containers"
        summary="Not counted yet. The first full sync counts them."
      />
    );
  const blobs = containers.reduce((total, container) => total + container.blobs, 0);
  return (
    <Section
      id="containers"
      title="Containers"
      summary={`${counted(containers.length, 'container')} with ${counted(blobs, 'blob')}, counted ${ago(newest, at)}.`}
    >
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
                  <time dateTime={lastMirroredAt} title={utc(lastMirroredAt)}>
                    {ago(lastMirroredAt, at)}
                  </time>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
