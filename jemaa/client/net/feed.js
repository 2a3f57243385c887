// @ts-check
/**
 * Net. Events without sound: server-sent events, and long polls where those do not come through.
 * @module
 */

const QUIET_MS = 4000; // nothing by then: a proxy keeps the answer back
const WAIT_S = 20;
const RETRY_MS = 700;
const RETRY_MOST_MS = 4000;

export class Feed {
  /** @param {import("./attendance.js").Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    this.stopper = new AbortController();
    this.failures = 0;
    /** @type {(isUp: boolean) => void} */
    this.onchange = () => {};
    this.run();
  }

  close() {
    this.stopper.abort();
  }

  async run() {
    let isSlow = false;
    while (!this.stopper.signal.aborted) {
      try {
        if (isSlow) await this.poll();
        else isSlow = !(await this.stream());
        this.failures = 0;
      } catch {
        if (this.stopper.signal.aborted) return;
        this.onchange(false);
        const wait = Math.min(RETRY_MOST_MS, RETRY_MS * 1.5 ** this.failures++);
        await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
      }
    }
  }

  get since() {
    const { state } = this.attendance;
    return state ? `since=${state.seq}` : "";
  }

  /** Server-sent events, read from the response. @returns {Promise<boolean>} false: nothing comes through here */
  async stream() {
    const { base, headers } = this.attendance;
    const own = new AbortController();
    this.stopper.signal.addEventListener("abort", () => own.abort());
    let cameThrough = false;
    const timer = setTimeout(() => cameThrough || own.abort(), QUIET_MS);
    try {
      const accept = { ...headers, Accept: "text/event-stream" };
      const answer = await fetch(`${base}/events?${this.since}`, { headers: accept, signal: own.signal, cache: "no-store" });
      if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        cameThrough = true;
        this.onchange(true);
        this.attendance.count(part.value.length + 70);
        const blocks = (text + part.value).split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) this.block(block);
      }
      throw new Error("ended");
    } catch (error) {
      if (own.signal.aborted && !this.stopper.signal.aborted) return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {string} block */
  block(block) {
    const data = block.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
    if (data) this.attendance.message(null, JSON.parse(data));
  }

  async poll() {
    const { base, headers } = this.attendance;
    const wait = this.attendance.state ? WAIT_S : 0;
    const answer = await fetch(`${base}/events?${this.since}&wait=${wait}`, { headers, signal: this.stopper.signal, cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text();
    this.attendance.count(text.length + 520);
    this.onchange(true);
    const { events, snapshot, status, seq } = JSON.parse(text);
    if (status) this.attendance.message(null, { op: "status", ...status });
    if (snapshot) this.attendance.message(null, { op: "snapshot", seq, state: snapshot.state ?? snapshot });
    if (events?.length) this.attendance.message(null, { op: "events", events });
  }
}
