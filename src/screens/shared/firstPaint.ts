/** Waits for the first picture of the page, so that what it does not need loads later. */

/** Longest wait, ms: a hidden page paints nothing. */
const LONGEST_MS = 1000;

/** Resolves once the browser has painted the page. */
export const firstPaint = new Promise<void>((resolve) => {
  setTimeout(resolve, LONGEST_MS);
  try {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntriesByName('first-contentful-paint').length > 0) resolve();
    });
    observer.observe({ type: 'paint', buffered: true });
  } catch {
    // without the observer, the wait ends by itself
  }
});
