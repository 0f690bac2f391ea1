import { formatDuration } from './statement.ts';
import type { Status } from './status.ts';

/** The state of the mirror in a few words, by the worst that is known of it: nothing else is written larger. */
export interface Headline {
  /** `ok`: nothing is known to be wrong, and something is proven. `hold`: not wrong, and not proven or paused. */
  readonly tone: 'ok' | 'hold' | 'bad';
  readonly text: string;
}

/** A smaller age is that of a change that is being mirrored. */
const IN_STEP_MS = 1000;

const UNKNOWN = 'Not known whether the backup is up to date';

/** Of problems that have no words of their own, only the number is told. */
const WORDS: Readonly<Record<string, string>> = {
  'queue-unreachable': UNKNOWN,
  'state-unreachable': UNKNOWN,
  'pause-unknown': 'Not known whether mirroring is paused',
  'source-unreachable': 'The source account does not answer',
  'backup-unreachable': 'The backup account does not answer',
  'app-silent': 'No worker reports',
  'canary-behind': 'Changes do not arrive',
};

/** Worst first: nobody knows, nobody works, all is late. */
const RANK = Object.keys(WORDS);

export function headlineOf(status: Status): Headline {
  const { recovery, backlog, deadLetters, health, paused, stateAsOf } = status;
  const { live, proven, excepted } = recovery;
  const failing = health.problems.filter(({ severity }) => severity !== 'warning').map(({ code }) => code);
  const bad = (text: string): Headline => ({ tone: 'bad', text });

  if (paused !== undefined && paused.isUnknown !== true)
    return { tone: health.status === 'ok' ? 'hold' : 'bad', text: 'Mirroring is paused' };
  const isUnknown = [live === null, backlog.isUnknown, deadLetters.isUnknown, stateAsOf !== undefined];
  if (isUnknown.includes(true)) return bad(UNKNOWN);
  const worst = RANK.find((code) => failing.includes(code));
  if (worst !== undefined) return bad(WORDS[worst] ?? UNKNOWN);
  if (live !== null && failing.includes('live-behind')) return bad(behind(live.ageMs));
  if (excepted.count > 0) {
    const number = `${excepted.isComplete === false ? 'At least ' : ''}${excepted.count.toLocaleString('en')}`;
    return bad(excepted.count === 1 ? `${number} key is not in step` : `${number} keys are not in step`);
  }
  if (deadLetters.count > 0) {
    const number = `${deadLetters.isComplete ? '' : 'At least '}${deadLetters.count.toLocaleString('en')}`;
    return bad(`${number} dead letter${deadLetters.count === 1 ? '' : 's'}`);
  }
  if (health.status === 'failing')
    return bad(failing.length === 1 ? 'One problem' : `${failing.length} problems`);
  if (excepted.isComplete === false) return bad('Not known whether all is in step');
  if (proven === null) return { tone: 'hold', text: 'Nothing is proven yet' };
  const ageMs = live?.ageMs ?? 0;
  return { tone: 'ok', text: ageMs < IN_STEP_MS ? 'In step with the source' : behind(ageMs) };
}

function behind(ageMs: number): string {
  return `${formatDuration(ageMs)} behind the source`;
}
