import type { Tags } from '../../model/tags.ts';

/**
 * Index tags as an option of the SDK, which sends an empty header for none. An account that knows no tags, a
 * hierarchical one or a service of an older version, refuses any: so none are sent where there are none.
 */
export function tagOptions(tags: Tags): { tags?: Record<string, string> } {
  return Object.keys(tags).length === 0 ? {} : { tags: { ...tags } };
}
