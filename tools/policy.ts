/** Content security policy of the built page: only files of its own origin, no inline scripts or styles, no eval. */
import type { Plugin } from 'vite';

const DIRECTIVES: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  // QuickJS, which runs custom reward terms, is WebAssembly.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  'img-src': "'self'",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

const asText = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map((directive) => directive.join(' '))
    .join('; ');

/** Policy of the meta tag. A browser ignores `frame-ancestors` there. */
const metaPolicy = asText(DIRECTIVES);

/** Features that the page never uses. A browser warns about names it does not know, so the list is short. */
const REFUSED_FEATURES = ['camera', 'geolocation', 'microphone', 'payment', 'usb'];

/** Headers for every file of the built page. A worker gets its policy from the header of its own file. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': asText({ ...DIRECTIVES, 'frame-ancestors': "'none'" }),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': REFUSED_FEATURES.map((feature) => `${feature}=()`).join(', '),
};

/** Adds the policy to the built page, for servers that send no headers. The development server needs inline scripts. */
export const policyTag: Plugin = {
  name: 'policy-tag',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
      injectTo: 'head-prepend',
    },
    { tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head-prepend' },
  ],
};
