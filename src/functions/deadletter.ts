import { app } from '@azure/functions';
import type { DeadLetters } from '../wiring/create-dead-letters.ts';
import { theApp } from '../wiring/the-app.ts';
import { settings } from './support/start.ts';
import { actionGuard, deadLetterHandlers } from './support/the-handlers.ts';

/** Dead letters, the oldest first: `?code=&container=&from=&limit=`. */
app.http('deadletter-list', {
  route: 'api/deadletters',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await deadLetterHandlers.list(query),
});

/**
 * How many dead letters there are, by code and by container. The host tries routes in the order of function names, and
 * the name has to come before `deadletter-show`, whose route takes any path.
 */
app.http('deadletter-counts', {
  route: 'api/deadletters/summary',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await deadLetterHandlers.summary(),
});

/** One dead letter, with its message. */
app.http('deadletter-show', {
  route: 'api/deadletters/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await deadLetterHandlers.show(params['id']),
});

/** Dead letters with their messages, as lines of JSON, in pages: `?code=&container=&from=`. */
app.http('deadletter-export', {
  route: 'api/deadletters/export',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await deadLetterHandlers.export(query),
});

/** Puts dead letters back into their queues: `{ids}`, `{code?, container?}` or `{all: true}`, with `dryRun?`. */
app.http('deadletter-replay', {
  route: 'api/deadletters/replay',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async (body) => await deadLetterHandlers.replay(body)),
});

/** Deletes dead letters: body as for a replay, with `confirm: true`. */
app.http('deadletter-purge', {
  route: 'api/deadletters/purge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async (body) => await deadLetterHandlers.purge(body)),
});

/** Acknowledges the dead letters that exist now, which clears the health problem. */
app.http('deadletter-acknowledge', {
  route: 'api/deadletters/acknowledge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async () => await deadLetterHandlers.acknowledge()),
});

/** Each minute: counts dead letters, logs new ones, and replays those whose cause has passed. */
if (settings !== undefined) {
  app.timer('deadletter-watch', {
    schedule: '20 * * * * *',
    handler: async () => {
      await (await deadLetters()).watch();
    },
  });
}

/** Each minute: redelivers the events that Event Grid could not deliver to the queue. Only where the settings say where they are. */
if (settings?.state.eventGridDeadLetters !== undefined) {
  app.timer('deadletter-take-back', {
    schedule: '40 * * * * *',
    handler: async () => {
      await (await deadLetters()).redeliver?.();
    },
  });
}

async function deadLetters(): Promise<DeadLetters> {
  return await (await theApp()).deadLetters();
}
