/** A network between the page and a server: it lets through so many bytes a second, and freezes a connection after so many. */
import { once } from "node:events";
import { connect, createServer } from "node:net";

const TICK_MS = 20;

/**
 * @param {number} port of the server
 * @param {{bytesASecond?: number, frozenAfter?: number}} how of what comes down; nothing is said of a connection that is frozen
 * @returns {Promise<{origin: string, close(): void}>}
 */
export async function behind(port, { bytesASecond = Infinity, frozenAfter = Infinity }) {
  const open = new Set();
  const network = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    open.add(near);
    near.on("close", () => (open.delete(near), far.destroy()));
    for (const one of [near, far]) one.on("error", () => near.destroy());
    near.pipe(far);
    carry(far, near, bytesASecond, frozenAfter);
  });
  network.listen(0, "127.0.0.1");
  await once(network, "listening");
  const close = () => (network.close(), open.forEach((one) => one.destroy()));
  return { origin: `http://127.0.0.1:${network.address().port}`, close };
}

function carry(far, near, bytesASecond, frozenAfter) {
  let waiting = Buffer.alloc(0);
  let [allowed, isOver] = [frozenAfter, false];
  far.on("data", (data) => (waiting = Buffer.concat([waiting, data])));
  far.on("end", () => (isOver = true));
  const timer = setInterval(() => {
    const part = waiting.subarray(0, Math.min(allowed, Math.ceil((bytesASecond * TICK_MS) / 1000)));
    waiting = waiting.subarray(part.length);
    allowed -= part.length;
    if (part.length) near.write(part);
    if (isOver && !waiting.length) near.end();
  }, TICK_MS);
  near.on("close", () => clearInterval(timer));
}
