import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a damaged pause document counts as no pause',
    path: 'src/pause/pause-store.ts',
    from: "paused: { since: damagedSince, by: 'blobmirror', reason, isUnknown: true }, ended: []",
    to: 'paused: null, ended: []',
    near: ['test/hostile/documents.test.ts'],
    test: 'a document of the state that was overwritten by something else is named, heals or stops the work, and causes no false claim: an empty object',
  },
  {
    name: 'a pause that is asked for twice begins anew',
    path: 'src/pause/pause-store.ts',
    from: 'if (earlier !== null && !isDamaged) return undefined;',
    to: '',
    near: ['test/pause/pause-store.test.ts'],
  },
  {
    name: 'a pause that ended is forgotten',
    path: 'src/pause/pause-store.ts',
    from: '[{ since: paused.since, until: until.toISOString() }, ...ended.filter(isKept)]',
    to: 'ended.filter(isKept)',
    near: ['test/pause/pause-store.test.ts'],
  },
  {
    name: 'old pauses are kept for ever',
    path: 'src/pause/pause-store.ts',
    from: '...ended.filter(isKept)]',
    to: '...ended]',
    near: ['test/pause/pause-store.test.ts'],
  },
  {
    name: 'messages are held for ever in a pause',
    path: 'src/pause/pause-watch.ts',
    from: "        stop();\n        resolve('held for long');",
    to: '        stop();',
    near: ['test/pause/pause-watch.test.ts'],
  },
  {
    name: 'messages are not released when the process ends',
    path: 'src/pause/pause-watch.ts',
    from: '    this.#isClosing = true;\n',
    to: '',
    near: ['test/pause/pause-watch.test.ts'],
  },
  {
    name: 'a pause that cannot be read ends',
    path: 'src/pause/pause-watch.ts',
    from: '      this.#isLost = true;\n',
    to: '      this.#isLost = true;\n      this.#state = NEVER_PAUSED_STATE;\n',
    near: ['test/pause/pause-watch.test.ts'],
  },
  {
    name: 'the pause is read once and never again',
    path: 'src/pause/pause-watch.ts',
    from: 'if (clock.now() - this.#readAt < READ_INTERVAL_MS) return;',
    to: 'if (this.#readAt > 0) return;',
    near: ['test/pause/pause-watch.test.ts'],
  },
  {
    name: 'the pause is read on although no message is in hand',
    path: 'src/pause/pause-watch.ts',
    from: 'if (this.#inHand === 0) this.#cancelSchedule();',
    to: '',
    near: ['test/pause/pause-watch.test.ts'],
  },
  {
    name: 'a worker waits for ever for the state',
    path: 'src/pause/pause-watch.ts',
    from: '    await waitAtMost(left, done, clock);',
    to: '    await done;',
    near: ['test/pause/pause-watch.test.ts'],
    isSpare: true,
  },
  {
    name: 'a pause that cannot be read is asked for with every message',
    path: 'src/pause/pause-watch.ts',
    from: '    this.#readAt = clock.now();\n    this.#reading = undefined;',
    to: '    if (!this.#isLost) this.#readAt = clock.now();\n    this.#reading = undefined;',
    near: ['test/pause/pause-watch.test.ts'],
    isSpare: true,
  },
  {
    name: 'only the first outage of the pause is told',
    path: 'src/pause/pause-watch.ts',
    from: '      this.#isLost = false;\n',
    to: '',
    near: ['test/pause/pause-watch.test.ts'],
    isSpare: true,
  },
];

export default faults;
