/** Icons of the transport, in a box of 16. */
const ICONS = {
  play: 'M5 3 L13 8 L5 13 Z',
  pause: 'M4 3 H7 V13 H4 Z M9 3 H12 V13 H9 Z',
  step: 'M3 3 L9 8 L3 13 Z M10 3 H13 V13 H10 Z',
  restart: 'M13 3 L7 8 L13 13 Z M3 3 H6 V13 H3 Z',
  stop: 'M4 4 H12 V12 H4 Z',
} as const;

export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={ICONS[name]} fill="currentColor" />
    </svg>
  );
}
