import { Ladder } from "../../jemaa/client/net/ladder.js";

/** A ladder with a clock: `run` lets time pass while the rungs in `sounding` bring sound. */
export function attending(options = {}) {
  const ladder = new Ladder({ random: () => 0.5, ...options });
  const self = {
    ladder,
    now: 0,
    run(ms, ...sounding) {
      for (const end = self.now + ms; self.now < end; self.now += 100) {
        for (const rung of sounding) if (ladder.open.has(rung)) ladder.heard(rung, self.now);
        ladder.tick(self.now);
      }
    },
  };
  ladder.start(0);
  return self;
}

/** Which paths are to be open. */
export const opened = ({ ladder }) => [...ladder.open].sort().join();
