/** A promise of docs/semantics.md that a history broke. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: Rule;

  constructor(rule: Rule, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

export type Rule =
  | 'unequal at rest'
  | 'a live blob was deleted'
  | 'a foreign blob was deleted'
  | 'an older version gave way to an empty stage'
  | 'two versions were mixed'
  | 'written although in sync'
  | 'not excepted'
  | 'excepted for ever'
  | 'wrongly dead-lettered'
  | 'the history is wrong'
  | 'never at rest';
