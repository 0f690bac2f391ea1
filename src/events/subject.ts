import type { NamedPlace } from './named-place.ts';

// No container's name is longer than 63, and what is refused may be quoted in an error.
const SUBJECT = /^\/blobServices\/default\/containers\/([^/]{1,63})\/blobs\/(.+)$/is;

/** `/blobServices/default/containers/<container>/blobs/<name, case kept, not encoded>`; undefined for anything else. */
export function readSubject(subject: string): NamedPlace | undefined {
  const [, container, path] = SUBJECT.exec(subject) ?? [];
  return container === undefined || path === undefined ? undefined : { container, path };
}
