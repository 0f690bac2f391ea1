import { type Signal, signal } from '@preact/signals';
import type { DeadLetter, ProcessedDeadLetters } from '../../api/dead-letter.ts';
import { counted } from '../format/format-values.tsx';
import { get, post } from './call-api.ts';
import { act } from './notice.ts';

/** The dead letters that an action is for. */
export type Choice = { readonly ids: readonly string[] } | { readonly code: string } | { readonly all: true };

/** The dead letters of one code that were read so far. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** The id to read on from; null: these are all. */
  readonly next: string | null;
}

interface ProcessAnswer extends Omit<ProcessedDeadLetters, 'done'> {
  readonly replayed?: number;
  readonly purged?: number;
}

/** Incremented by every action: what was read before is stale. */
export const generation: Signal<number> = signal(0);

const FIRST_PAGE_SIZE = 5;
const PAGE_SIZE = 50;

/** @throws ApiError */
export async function readDeadLetters(code: string, from?: string): Promise<DeadLetterPage> {
  const query = new URLSearchParams({
    code,
    limit: String(from === undefined ? FIRST_PAGE_SIZE : PAGE_SIZE),
    ...(from !== undefined && { from }),
  });
  return await get<DeadLetterPage>(`/api/deadletters?${query.toString()}`);
}

export async function replay(choice: Choice): Promise<boolean> {
  const words = (number: number): string => `${counted(number, 'change')} put back in the queue.`;
  const isDone = await process(choice, 'replay', words);
  if (isDone) focusDeadLetters();
  return isDone;
}

export async function purge(choice: Choice): Promise<boolean> {
  return await process(
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

async function process(
  body: Choice & { readonly confirm?: true },
  verb: 'replay' | 'purge',
  words: (number: number) => string,
): Promise<boolean> {
  const isDone = await act(async () => {
    const answer = await post<ProcessAnswer>(`/api/deadletters/${verb}`, body);
    const { replayed, purged, gone, failed, isComplete } = answer;
    return [
      words(replayed ?? purged ?? 0),
      ...(gone > 0 ? [`${counted(gone, 'other was', 'others were')} already gone.`] : []),
      ...(failed > 0 ? [`${counted(failed, 'other', 'others')} failed; try again.`] : []),
      ...(isComplete ? [] : ['The time limit was reached. Repeat to process the rest.']),
    ].join(' ');
  });
  generation.value++;
  return isDone;
}

/** The button with the focus is removed with its dead letter: keeps the keyboard focus in the section. */
export function focusDeadLetters(): void {
  document.getElementById('dead-letters')?.focus({ preventScroll: true });
}
