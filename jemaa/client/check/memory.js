// @ts-check
/**
 * Check. What the check learned of a network, where the meeting's page looks for it (`net/attendance.js`, `#known`): it
 * begins there by the way that worked. Half a day later it is forgotten, because the device may be elsewhere.
 */

const PLACE = "jemaa-network";
const THIN_KBPS = 80; // as `net/attendance.js` has it, and the next
const NARROW_KBPS = 40;

/**
 * Keep the best way, and whether connections are cut here; what only the meeting itself can learn stays.
 * @param {Pick<Storage, "getItem"|"setItem">|null} storage
 * @param {Pick<import("./first.js").First, "advice"|"tried">} first
 * @param {number} now in Unix ms, by this device's clock
 */
export function remember(storage, { advice: { down, sound, kbps }, tried }, now) {
  if (!sound) return;
  const line = kbps === null ? {} : { isThin: kbps < THIN_KBPS, isNarrow: kbps < NARROW_KBPS };
  learn(storage, { ...line, ...(tried.pieces?.isCutting ? { isCutting: true } : {}), path: down, at: now });
}

/** Keep that connections are cut here, so that the meeting leaves none open for long. @param {Pick<Storage, "getItem"|"setItem">|null} storage @param {number} now */
export function rememberCutting(storage, now) {
  learn(storage, { isCutting: true, at: now });
}

/** @param {Pick<Storage, "getItem"|"setItem">|null} storage @param {object} known */
function learn(storage, known) {
  try {
    storage?.setItem(PLACE, JSON.stringify({ ...JSON.parse(storage?.getItem(PLACE) ?? "{}"), ...known }));
  } catch {
    // Only a hint: the meeting finds its way without one.
  }
}
