/** Web app manifest and service worker of the built page: it can be installed, and it opens without a network. */
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Far above the largest file, a recording. A larger file fails the build. */
const MAX_FILE_BYTES = 32 * 2 ** 20;

export const offline: Plugin[] = VitePWA({
  // the page offers a new version; nothing reloads by itself
  registerType: 'prompt',
  // the page registers the worker in src/screens/app/updates.ts
  injectRegister: false,
  manifest: {
    name: 'Groupthink',
    short_name: 'Groupthink',
    description: 'Watch a tiny model learn to think. It trains here, in your tab.',
    start_url: '.',
    display: 'standalone',
    background_color: '#f5f6f8',
    theme_color: '#14181f',
    icons: [
      { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: 'icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  },
  includeManifestIcons: false, // the patterns below have them
  workbox: {
    globPatterns: ['**/*.{html,js,css,wasm,woff2,svg,png,json,jsonl}'],
    maximumFileSizeToCacheInBytes: MAX_FILE_BYTES,
    // the first visit is served too, so that its late files survive an update of the server
    clientsClaim: true,
    cleanupOutdatedCaches: true,
    inlineWorkboxRuntime: true,
  },
});
