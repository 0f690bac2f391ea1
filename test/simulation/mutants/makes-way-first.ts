import { spoilPorts } from './mutant.ts';

/** What cannot be overwritten goes before its successor is on the account. */
export const makesWayFirst = spoilPorts(({ backup }) => ({
  backup: {
    ...backup,
    secure: async ({ key, source: { etag } }) =>
      await Promise.resolve({ outcome: 'secured', secured: { key, etag }, engine: 'none' } as const),
    place: async (request) => {
      const outcome = await backup.copy(request);
      return outcome.outcome === 'unfinished' ? { outcome: 'backup-moved' } : outcome;
    },
  },
}));
