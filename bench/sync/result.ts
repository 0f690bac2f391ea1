import type { Measured } from './run-measured.ts';

/** What one tool took for one phase. */
export interface Result extends Measured {
  readonly tool: string;
  readonly phase: string;
  readonly blobs: number;
  readonly requests: number;
  /** Whether the backup held what the source held when the tool had ended. */
  readonly isEqual: boolean;
}
