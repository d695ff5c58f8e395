/** Button between the light and the dark theme. The system decides until it is pressed. */
import { Moon, Sun } from 'lucide-react';
import { setTheme, useDark } from './theme';

export function ThemeButton() {
  const dark = useDark();
  const next = dark ? 'Light theme' : 'Dark theme';
  return (
    <button type="button" aria-label={next} data-tip={next} onClick={() => setTheme(dark ? 'light' : 'dark')}>
      {dark ? <Sun size={16} aria-hidden="true" /> : <Moon size={16} aria-hidden="true" />}
    </button>
  );
}
