import { type Signal, signal } from '@preact/signals';
import type { DeadLetter, ProcessedDeadLetters } from '../../api/dead-letter.ts';
import { counted } from '../format/format-values.tsx';
import { get, post } from './call-api.ts';
import { act } from './notice.ts';

/** Which letters an action is for. */
export type Choice = { readonly ids: readonly string[] } | { readonly code: string } | { readonly all: true };

/** The letters of one code, as far as they were asked for. */
export interface Letters {
  readonly letters: readonly DeadLetter[];
  /** Where to go on; null: these are all. */
  readonly next: string | null;
}

interface LettersAnswer extends Omit<ProcessedDeadLetters, 'done'> {
  readonly replayed?: number;
  readonly purged?: number;
}

/** Grows with every action: what was read before it is old. */
export const generation: Signal<number> = signal(0);

/** A few to see what it is about, and then as many as one can read. */
const FIRST = 5;
const MORE = 50;

/** @throws ApiError */
export async function readLetters(code: string, from?: string): Promise<Letters> {
  const query = new URLSearchParams({
    code,
    limit: String(from === undefined ? FIRST : MORE),
    ...(from !== undefined && { from }),
  });
  return await get<Letters>(`/api/deadletters?${query.toString()}`);
}

export async function replay(choice: Choice): Promise<boolean> {
  const words = (number: number): string => `${counted(number, 'change')} back in the queue.`;
  const isDone = await actOnLetters(choice, 'replay', words);
  if (isDone) stayWithLetters();
  return isDone;
}

export async function purge(choice: Choice): Promise<boolean> {
  return await actOnLetters(
    { ...choice, confirm: true },
    'purge',
    (number) => `${counted(number, 'dead letter')} purged.`,
  );
}

export async function acknowledge(): Promise<boolean> {
  return await act(async () => {
    await post('/api/deadletters/acknowledge');
    return 'The dead letters are acknowledged. They stay until they are replayed or purged.';
  });
}

async function actOnLetters(
  body: Choice & { readonly confirm?: true },
  verb: 'replay' | 'purge',
  words: (number: number) => string,
): Promise<boolean> {
  const isDone = await act(async () => {
    const answer = await post<LettersAnswer>(`/api/deadletters/${verb}`, body);
    const { replayed, purged, gone, failed, isComplete } = answer;
    return [
      words(replayed ?? purged ?? 0),
      ...(gone > 0 ? [`${counted(gone, 'other was', 'others were')} gone already.`] : []),
      ...(failed > 0 ? [`${counted(failed, 'other', 'others')} stayed; try again.`] : []),
      ...(isComplete ? [] : ['Time was up: there may be more. Do it again to go on.']),
    ].join(' ');
  });
  generation.value++;
  return isDone;
}

/** The button that had the focus goes with its letter: whoever works with the keyboard stays where the letters are. */
export function stayWithLetters(): void {
  document.getElementById('dead-letters')?.focus({ preventScroll: true });
}
