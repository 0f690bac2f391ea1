import type { Position } from './ast.ts';

/** Something that is no Bicep, or none of the subset that this project keeps to. */
export class SyntaxFault extends Error {
  readonly at: Position;

  constructor(message: string, at: Position) {
    super(message);
    this.at = at;
  }
}
