import type { NamedPlace } from './named-place.js';

// No container's name is longer than 63, and what is refused may be quoted in an error.
const SUBJECT = /^\/blobServices\/default\/containers\/([^/]{1,63})\/blobs\/(.+)$/is;

/**
 * What Event Grid does to a name on its way into a subject: each half of a character beyond the basic plane was seen
 * to become U+FFFD (github.com/Azure-Samples/azure-event-grid-viewer/issues/9). A run of either, as one match.
 */
export const SUBJECT_LOSSES = /[\u{10000}-\u{10FFFF}\uFFFD]+/gu;

/** `/blobServices/default/containers/<container>/blobs/<name, case kept, not encoded>`; undefined for anything else. */
export function readSubject(subject: string): NamedPlace | undefined {
  const [, container, path] = SUBJECT.exec(subject) ?? [];
  return container === undefined || path === undefined ? undefined : { container, path };
}
