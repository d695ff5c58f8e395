/** Registry of keys: the newest binding of a key counts until its view is gone. */
import { expect, it } from 'vitest';
import { bindingOf, keyGroups, registerKeys } from './keys';

const binding = (key: string, label: string) => ({ key, label, run() {} });

it('takes the newest binding of a key, and lists only those that a press takes', () => {
  const page = registerKeys({ title: 'Page', bindings: [binding('n', 'Next trace'), binding('N', 'Next step')] });
  const view = registerKeys({ title: 'View', bindings: [binding('n', 'Next row')] });
  expect([bindingOf('n')?.label, bindingOf('N')?.label, bindingOf('x')]).toEqual(['Next row', 'Next step', undefined]);
  const listed = () => keyGroups().map(({ title, bindings }) => [title, ...bindings.map(({ label }) => label)]);
  expect(listed()).toEqual([
    ['Page', 'Next step'],
    ['View', 'Next row'],
  ]);
  view();
  expect(bindingOf('n')?.label).toBe('Next trace');
  page();
  expect(listed()).toEqual([]);
});
