import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface ButtonProps {
  readonly onPress: () => void | Promise<unknown>;
  readonly kind?: 'primary' | 'quiet' | 'danger';
  /** Where the words alone do not say what it is about. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** Takes no second press while the first one is at work, and keeps its focus meanwhile. */
export function Button({ onPress, kind, label, children }: ButtonProps) {
  const [isBusy, setBusy] = useState(false);

  async function press(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    try {
      await onPress();
    } finally {
      setBusy(false);
    }
  }

  return (
    <button type="button" class={kind} aria-label={label} aria-disabled={isBusy} onClick={() => void press()}>
      {children}
    </button>
  );
}
