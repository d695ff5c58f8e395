/** Menu of the files that a run is exported as. */
import { Menu } from '@base-ui/react/menu';
import { ChevronDown } from 'lucide-react';
import { exportRun, type ListedRun, titleOf } from '../../store/runs';
import type { ExportKind } from '../../worker/runExports';
import { download } from '../shared/download';
import styles from './ExportMenu.module.css';

const KINDS: readonly { readonly kind: ExportKind; readonly title: string; readonly about: string }[] = [
  { kind: 'zip', title: 'Run as .zip', about: 'recipe, rollouts and checkpoints; imports again' },
  { kind: 'rollouts-jsonl', title: 'Rollouts as JSONL', about: 'one completion per line, TRL’s names' },
  { kind: 'rollouts-csv', title: 'Rollouts as CSV', about: 'for spreadsheets' },
  { kind: 'metrics', title: 'Metrics as CSV', about: 'one row per training step' },
  { kind: 'model', title: 'Model as Hugging Face folder', about: '.zip of the newest good checkpoint' },
];

/** Exports a run and downloads the file. */
export async function saveExport(
  { name }: Pick<ListedRun, 'name'>,
  kind: ExportKind,
  checkpoint: string | null = null,
): Promise<void> {
  const exported = await exportRun(name, kind, checkpoint);
  if (exported) download(exported.file, exported.name);
}

export function ExportMenu({ run, isBusy }: { readonly run: ListedRun; readonly isBusy: boolean }) {
  return (
    <Menu.Root>
      <Menu.Trigger className={styles.trigger} disabled={isBusy} aria-label={`Export ${titleOf(run)}`}>
        {isBusy ? 'Working …' : 'Export'} <ChevronDown size={14} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={4} collisionPadding={8} align="start">
          <Menu.Popup className={styles.popup}>
            {KINDS.map(({ kind, title, about }) => (
              <Menu.Item
                key={kind}
                className={styles.item}
                aria-label={title}
                onClick={() => void saveExport(run, kind)}
              >
                {title}
                <small>{about}</small>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
