/** Palette of all commands, behind ⌘K and Ctrl+K. */
import '../../jitless'; // before the schemas of the commands, however the build splits the page
import { Dialog } from '@base-ui/react/dialog';
import { Command as Menu } from 'cmdk';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { closeOverlay, lab } from '../../store/lab';
import { refreshRuns, runs } from '../../store/runs';
import texts from '../shared/text.module.css';
import { type Command, type CommandGroup, commandGroups } from './commands';
import dialogs from './Dialog.module.css';
import styles from './Palette.module.css';

function Group({ title, commands }: CommandGroup) {
  // the palette closes first: a command may open another dialog
  const choose = (command: Command) => () => {
    closeOverlay();
    command.run();
  };
  return (
    <Menu.Group heading={title} className={styles.group}>
      {commands.map((command, i) => (
        <Menu.Item
          key={i}
          value={`${title} ${command.label} ${i}`}
          keywords={[...(command.words ?? [])]}
          className={styles.item}
          onSelect={choose(command)}
        >
          <span>{command.label}</span>
          {command.key && <kbd>{command.key}</kbd>}
        </Menu.Item>
      ))}
    </Menu.Group>
  );
}

export function Palette() {
  const [query, setQuery] = useState('');
  const stored = useStore(runs, ({ list }) => list);
  // as it was when the palette opened: the entries stay in place while one chooses
  const [state] = useState(lab.getState);
  useEffect(() => void refreshRuns(), []);
  const groups = commandGroups(state, stored).filter(
    ({ commands, onlyFound }) => commands.length > 0 && (!onlyFound || query !== ''),
  );
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeOverlay()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogs.backdrop} />
        <Dialog.Popup className={styles.palette}>
          <Dialog.Title className={texts.unseen}>Commands</Dialog.Title>
          <Menu label="Commands" loop vimBindings={false}>
            <div className={styles.head}>
              <Menu.Input
                className={styles.input}
                placeholder="Search views, runs, recipes, settings …"
                value={query}
                onValueChange={setQuery}
              />
              <Dialog.Close>Esc</Dialog.Close>
            </div>
            <Menu.List className={styles.list} label="Commands">
              <Menu.Empty className={styles.empty}>No command matches “{query}”.</Menu.Empty>
              {groups.map((group) => (
                <Group key={group.title} {...group} />
              ))}
            </Menu.List>
          </Menu>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
