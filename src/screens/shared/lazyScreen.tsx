/** Screen whose code loads when it is first shown, so that the page itself shows sooner. */
import { type ComponentType, lazy, Suspense } from 'react';
import { Notice } from './Notice';
import texts from './text.module.css';

const NotLoaded = () => (
  <Notice kind="warning" shape="banner">
    This view did not load. Check the network and reload the page.
  </Notice>
);

/** @param load imports the screen's component */
export function lazyScreen(load: () => Promise<ComponentType>): ComponentType {
  const Loaded = lazy<ComponentType>(() =>
    load().then(
      (component) => ({ default: component }),
      () => ({ default: NotLoaded }),
    ),
  );
  return function LazyScreen() {
    return (
      <Suspense fallback={<p className={texts.empty}>Opening …</p>}>
        <Loaded />
      </Suspense>
    );
  };
}
