/** What converge found or did for a key. */
export type Verdict =
  | { readonly verdict: 'in-sync' }
  | { readonly verdict: 'copied'; readonly created: boolean; readonly bytes: number }
  | { readonly verdict: 'restamped' }
  | { readonly verdict: 'deleted' }
  | { readonly verdict: 'skipped'; readonly reason: SkipReason };

/** Why a key is left as it is although the two sides differ. Reported and counted, never silent. */
export type SkipReason =
  'source-archived' | 'kind-not-supported' | 'too-large' | 'source-container-missing' | 'deletes-are-kept';
