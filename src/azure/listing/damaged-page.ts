/** A body that is no page of a listing, or not all of one. */
export class DamagedPage extends Error {
  override readonly name = 'DamagedPage';
}
