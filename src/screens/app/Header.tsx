/** Header that stays in view: the views, the run on screen, its engine, the transport, and *New run*. */
import { Keyboard, Menu, Plus, Search } from 'lucide-react';
import { openNewRun, openOverlay, show } from '../../store/lab';
import { screens } from '..';
import texts from '../shared/text.module.css';
import { tip } from '../shared/tip';
import { AdapterBadge } from './AdapterBadge';
import { Boundary } from './Boundary';
import styles from './Header.module.css';
import { Running } from './Running';
import { Share } from './Share';
import { ThemeButton } from './ThemeButton';
import { Transport } from './Transport';

function Navigation({ shown }: { readonly shown: string }) {
  return (
    <nav className={styles.nav} aria-label="Screens">
      {screens.map(({ id, title, icon: Icon }) => (
        <button
          key={id}
          type="button"
          aria-current={id === shown ? 'page' : undefined}
          onClick={() => show({ screen: id })}
        >
          <Icon size={20} aria-hidden="true" />
          {title}
        </button>
      ))}
    </nav>
  );
}

export function Header({ shown }: { readonly shown: string }) {
  return (
    <header className={styles.header} data-testid="header">
      <div className={styles.row}>
        <h1>Groupthink</h1>
        <Navigation shown={shown} />
        <Running />
        <AdapterBadge />
        <div className={styles.tools}>
          <button
            type="button"
            aria-haspopup="dialog"
            {...tip('All commands (⌘K or Ctrl+K)')}
            onClick={() => openOverlay('commands')}
          >
            <Search size={16} aria-hidden="true" />
            <span className={texts.unseen}>Commands</span>
          </button>
          <button type="button" aria-haspopup="dialog" {...tip('Keys (?)')} onClick={() => openOverlay('keys')}>
            <Keyboard size={16} aria-hidden="true" />
            <span className={texts.unseen}>Keys</span>
          </button>
          <ThemeButton />
        </div>
      </div>
      <div className={styles.row}>
        <Boundary part="The run's controls">
          <Transport />
        </Boundary>
        <div className={styles.actions}>
          <button type="button" className={styles.primary} aria-haspopup="dialog" onClick={() => openNewRun()}>
            <Plus size={16} aria-hidden="true" />
            <span>New run</span>
          </button>
          <Share />
          {/* a phone has no room for more: the palette has everything else */}
          <button type="button" className={styles.more} aria-haspopup="dialog" onClick={() => openOverlay('commands')}>
            <Menu size={16} aria-hidden="true" />
            <span>More</span>
          </button>
        </div>
      </div>
    </header>
  );
}
