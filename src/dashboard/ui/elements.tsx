import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

const PATHS = {
  ok: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM5 8.2l2.1 2.1L11.2 6',
  bad: 'M8 1.8 15 14H1L8 1.8ZM8 6.2v3.6M8 11.6v.6',
  paused: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM6.4 5.6v4.8M9.6 5.6v4.8',
  lost: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  to: 'M2 8h12M10 4l4 4-4 4',
} as const;

/** A shape beside words of the same meaning: the page can be read without colour and without the shape. */
export function Icon({ shape }: { readonly shape: keyof typeof PATHS }) {
  return (
    <svg class={`icon ${shape}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[shape]} />
    </svg>
  );
}

interface ButtonProps {
  readonly onPress: () => void | Promise<unknown>;
  readonly kind?: 'primary' | 'quiet' | 'danger';
  /** For screen readers, if the words alone do not name the object. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** Ignores presses while the action runs. It stays focusable meanwhile, hence `aria-disabled`. */
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

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** One line with the state of the section, readable by itself. */
  readonly summary: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Section({ id, title, summary, actions, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <h2 id={`${id}-title`}>{title}</h2>
      <div class="body">
        <div class="lead">
          <p class="summary">{summary}</p>
          {actions === undefined ? null : <div class="buttons">{actions}</div>}
        </div>
        {children}
      </div>
    </section>
  );
}

/** The trimmed text of a form field; empty if there is no such field. */
export function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
