import { spoilPorts } from './mutant.ts';

/** What cannot be overwritten is deleted before its successor is on the account. */
export const deletesOtherKindFirst = spoilPorts(({ backup }) => ({
  backup: {
    ...backup,
    secure: async ({ key, source: { etag } }) =>
      await Promise.resolve({ kind: 'secured', secured: { key, etag }, engine: 'none' } as const),
    place: async (request) => {
      const outcome = await backup.copy(request);
      return outcome.kind === 'unfinished' ? { kind: 'backup-precondition-failed' } : outcome;
    },
  },
}));
