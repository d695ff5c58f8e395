/** Button between the light and the dark theme. The system decides until it is pressed. */
import { useEffect, useState } from 'react';
import { prefersDark, recall, remember } from './browser';

export function ThemeButton() {
  const [theme, setTheme] = useState(() => recall('theme'));
  const dark = theme ? theme === 'dark' : prefersDark();
  useEffect(() => {
    if (!theme) return;
    remember('theme', theme);
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <button type="button" onClick={() => setTheme(dark ? 'light' : 'dark')}>
      {dark ? 'Light' : 'Dark'}
    </button>
  );
}
