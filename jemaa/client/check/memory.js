// @ts-check
/**
 * Check. What the check learned of a network, where the meeting's page looks for it (`net/attendance.js`, `#known`): it
 * begins there by the way that worked. Half a day later it is forgotten, because the device may be elsewhere.
 */

const PLACE = "jemaa-network";
const THIN_KBPS = 80; // as `net/attendance.js` has it

/**
 * Keep it; what only the meeting itself can learn stays.
 * @param {Pick<Storage, "getItem"|"setItem">|null} storage
 * @param {import("./advice.js").Advice} advice
 * @param {number} now in Unix ms, by this device's clock
 */
export function remember(storage, { down, sound, kbps }, now) {
  if (!sound) return;
  try {
    const before = JSON.parse(storage?.getItem(PLACE) ?? "{}");
    const line = kbps === null ? {} : { isThin: kbps < THIN_KBPS };
    storage?.setItem(PLACE, JSON.stringify({ ...before, ...line, path: down, at: now }));
  } catch {
    // Only a hint: the meeting finds its way without one.
  }
}
