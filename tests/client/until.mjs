import { setTimeout } from "node:timers/promises";

/** Until it is so; not for ever. It keeps Node awake, whatever a page's timers do. @param {() => unknown} isTrue */
export async function until(isTrue, ms = 10_000) {
  for (const end = performance.now() + ms; !isTrue(); await setTimeout(5)) {
    if (performance.now() > end) throw new Error(`this never came: ${isTrue}`);
  }
}
