/** What a stranger wrote goes into a list, a log and a terminal: a line, whole characters, and not the length of a book. */
const LONGEST = 1000;

export function plain(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
}
