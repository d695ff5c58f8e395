/** Dialogs of the shell: commands, keys and the link. Each loads when it first opens. */
import { type ComponentType, lazy, Suspense } from 'react';
import type { LabState } from '../../store/lab';
import { useLab } from '../shared/hooks';
import { Boundary } from './Boundary';

const DIALOGS: Readonly<Record<NonNullable<LabState['overlay']>, { part: string; Dialog: ComponentType }>> = {
  commands: {
    part: 'The commands',
    Dialog: lazy(() => import('./Palette').then(({ Palette }) => ({ default: Palette }))),
  },
  keys: {
    part: 'The keys',
    Dialog: lazy(() => import('./KeysDialog').then(({ KeysDialog }) => ({ default: KeysDialog }))),
  },
  share: {
    part: 'The link',
    Dialog: lazy(() => import('./ShareDialog').then(({ ShareDialog }) => ({ default: ShareDialog }))),
  },
};

export function Overlays() {
  const open = useLab((state) => state.overlay);
  if (!open) return null;
  const { part, Dialog } = DIALOGS[open];
  return (
    <Boundary key={open} part={part}>
      <Suspense fallback={null}>
        <Dialog />
      </Suspense>
    </Boundary>
  );
}
