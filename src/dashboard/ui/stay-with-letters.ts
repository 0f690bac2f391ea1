/** The button that had the focus goes with its letter: whoever works with the keyboard stays where the letters are. */
export function stayWithLetters(): void {
  document.getElementById('dead-letters')?.focus({ preventScroll: true });
}
