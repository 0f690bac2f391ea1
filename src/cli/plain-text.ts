/** As it is where that is plain to read, and as a JSON string where a terminal or a column could be led astray. */
export function quote(text: string | undefined): string {
  if (text === undefined) return '(none)';
  return /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(text) ? text : JSON.stringify(text);
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
