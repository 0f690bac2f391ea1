import type { BlobPresent, DirectoryPresent } from '../../model/reading.ts';
import type { Tags } from '../../model/tags.ts';

/** All that can be known of a key on one side without reading content: from a look, or from a listing. */
export interface View {
  readonly reading: BlobPresent | DirectoryPresent;
  readonly tags: Tags;
}

export interface BlobView extends View {
  readonly reading: BlobPresent;
}

export function isBlobView(view: View): view is BlobView {
  return view.reading.kind !== 'directory';
}
