/** Engine of the run on screen while it trains here, else of this browser. */
import { classes } from '../shared/classes';
import { useLab } from '../shared/hooks';
import { tip } from '../shared/tip';
import styles from './AdapterBadge.module.css';

interface BadgeProps {
  readonly tone?: 'on' | 'off';
  readonly children: string;
}

/** First words of a name such as "WebGPU: llvmpipe: Mesa 25.0.7". */
const shortName = (name: string): string => name.split(': ').slice(0, 2).join(' ');

const Badge = ({ tone, children }: BadgeProps) => (
  <span className={classes(styles.badge, tone && styles[tone])} data-testid="adapter" {...tip(children)}>
    <span>{shortName(children)}</span>
  </span>
);

export function AdapterBadge() {
  const adapter = useLab((state) => state.adapter);
  const start = useLab((state) => state.run.start);
  const live = useLab((state) => state.source === 'live');
  if (live && start) return <Badge tone="on">{start.adapter}</Badge>;
  switch (adapter.kind) {
    case 'checking':
      return <Badge>Checking for WebGPU…</Badge>;
    case 'webgpu':
      return <Badge tone="on">{adapter.name}</Badge>;
    case 'none':
      return <Badge tone="off">{adapter.cause === 'worker' ? 'No training' : 'No WebGPU'}</Badge>;
    default:
      return adapter satisfies never;
  }
}
