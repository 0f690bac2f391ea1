const PATHS = {
  ok: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM5 8.2l2.1 2.1L11.2 6',
  bad: 'M8 1.8 15 14H1L8 1.8ZM8 6.2v3.6M8 11.6v.6',
  paused: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM6.4 5.6v4.8M9.6 5.6v4.8',
  lost: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13ZM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  to: 'M2 8h12M10 4l4 4-4 4',
} as const;

/** A shape beside words that say the same, so that neither colour nor shape is needed to read them. */
export function Icon({ shape }: { readonly shape: keyof typeof PATHS }) {
  return (
    <svg class={`icon ${shape}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[shape]} />
    </svg>
  );
}
