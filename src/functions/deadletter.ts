import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

const { actionGuard: actions, deadLetters } = theApp();
const { api, redeliver: takeBack } = deadLetters;

/** Dead letters, the oldest first: `?code=&container=&from=&limit=`. */
app.http('deadletter-list', {
  route: 'api/deadletters',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await api.list(query),
});

/** How many dead letters there are, by code and by container. */
app.http('deadletter-summary', {
  route: 'api/deadletters/summary',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await api.summary(),
});

/** One dead letter, with its message. */
app.http('deadletter-show', {
  route: 'api/deadletters/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await api.show(params['id']),
});

/** Dead letters with their messages, as lines of JSON: `?code=&container=`. */

// An export may be longer than memory: its lines go out as they are read.
app.setup({ enableHttpStream: true });

app.http('deadletter-export', {
  route: 'api/deadletters/export',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await api.export(query),
});

/** Puts dead letters back into their queues: `{ids}`, `{code?, container?}` or `{all: true}`, with `dryRun?`. */
app.http('deadletter-replay', {
  route: 'api/deadletters/replay',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.protect(request, async () => await api.replay(await request.text())),
});

/** Throws dead letters away: as for a replay, with `confirm: true`. */
app.http('deadletter-purge', {
  route: 'api/deadletters/purge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.protect(request, async () => await api.purge(await request.text())),
});

/** Takes note of the dead letters that there are: health is no longer red for them. */
app.http('deadletter-acknowledge', {
  route: 'api/deadletters/acknowledge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await actions.protect(request, async () => await api.acknowledge()),
});

/** Each minute: counts dead letters, tells of new ones, and replays those whose cause has passed. */
app.timer('deadletter-watch', {
  schedule: '20 * * * * *',
  handler: async () => {
    await deadLetters.watch();
  },
});

/** Each minute: takes back the events that Event Grid could not deliver to the queue. */

// Where nothing is said of them it is no function at all.
if (takeBack !== undefined) {
  app.timer('deadletter-take-back', {
    schedule: '40 * * * * *',
    handler: async () => {
      await takeBack();
    },
  });
}
