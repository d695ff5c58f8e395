/** Button between the light and the dark theme. The system decides until it is pressed. */
import { Moon, Sun } from 'lucide-react';
import { useEffect, useState } from 'react';
import { prefersDark, recall, remember } from './browser';

export function ThemeButton() {
  const [theme, setTheme] = useState(() => recall('theme'));
  const dark = theme ? theme === 'dark' : prefersDark();
  const next = dark ? 'Light theme' : 'Dark theme';
  useEffect(() => {
    if (!theme) return;
    remember('theme', theme);
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <button type="button" aria-label={next} title={next} onClick={() => setTheme(dark ? 'light' : 'dark')}>
      {dark ? <Sun size={16} aria-hidden="true" /> : <Moon size={16} aria-hidden="true" />}
    </button>
  );
}
