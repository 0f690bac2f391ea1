/** A message of the app as a sentence among others: `the run has ended` to `The run has ended.` */
export function sentence(message: string): string {
  const end = /[.!?]$/.test(message) ? '' : '.';
  return message.charAt(0).toUpperCase() + message.slice(1) + end;
}
