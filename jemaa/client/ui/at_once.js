// @ts-check
/**
 * Ui. Stands inside every page, and runs before any file of it has come (jemaa/web/pages.py): what a press of *Listen*
 * is worth by then, and what becomes of a page whose files never come. No module, since nothing may be waited for.
 */

{
  const FROZEN_MS = 20_000; // without any file: more than one takes over 24 kb/s

  // On a thin line the scripts take seconds; what is noted here `ui/listen.js` finds.
  document.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLButtonElement|null} */ (/** @type {Element} */ (target).closest("#listen"));
    if (!button || button.onclick) return;
    button.dataset.pressed = "";
    button.classList.add("on");
  });

  // A file on a frozen connection comes never, and fails never: all are fetched by fresh ones, and the page begins again.
  const began = performance.now();
  const watch = setInterval(() => {
    if (document.documentElement.dataset.runs !== undefined) return clearInterval(watch);
    const came = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
    if (performance.now() - Math.max(began, ...came.map(({ responseEnd }) => responseEnd)) < FROZEN_MS) return;
    clearInterval(watch);
    beginAgain();
  }, 1000);

  async function beginAgain() {
    const tags = /** @type {NodeListOf<HTMLLinkElement & HTMLScriptElement>} */ (document.querySelectorAll("link[rel=modulepreload],script[type=module]"));
    const fresh = /** @type {RequestInit} */ ({ credentials: "omit", cache: "reload", headers: { "Jemaa-Connection": "once" } });
    await Promise.allSettled([...tags].map(async ({ href, src }) => (await fetch(href || src, fresh)).text()));
    location.reload();
  }
}
