/** Time that a run takes, within the button that starts it. */
import { draftTimes, smallSeconds, totalSeconds } from '../../store/speed';
import { roughly } from '../../units';
import { useLab } from '../shared/hooks';

/** Time of the draft in parentheses; nothing while it is unknown. */
export function DraftTime() {
  const [draft, memory] = [useLab((state) => state.draft), useLab((state) => state.memory)];
  const [compute, adapter] = [useLab((state) => state.compute), useLab((state) => state.adapter)];
  const times = draftTimes({ draft, memory, compute, adapter });
  return times && ` (about ${roughly(totalSeconds(times))})`;
}

export const SmallTime = () => `, about ${roughly(smallSeconds())}`;
