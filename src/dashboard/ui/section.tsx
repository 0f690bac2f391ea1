import type { ComponentChildren } from 'preact';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** One line that says how it is, readable without what follows. */
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
