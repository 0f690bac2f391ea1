/** A container and a path as an event spells them, not proven to be names yet. */
export interface NamedPlace {
  readonly container: string;
  readonly path: string;
}
