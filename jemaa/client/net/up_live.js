// @ts-check
/**
 * Net. Up path `live`: what is said goes up at once over the WebSocket (docs/protocol.md §4).
 */

import { encodeRecord } from "../wire/record.js";

const BEHIND_BYTES = 16_000; // four seconds of sound that the network has not taken: newest matters, leave some out

export class UpLive {
  name = "live";

  /** @param {import("./live.js").LiveSocket} socket */
  constructor(socket) {
    this.socket = socket;
    this.publication = -1;
    this.skipped = 0;
  }

  /** @param {object} what @returns {Promise<import("./up_pieces.js").Published>} */
  async publish(what) {
    const answer = await this.socket.ask({ op: "publish", ...what });
    this.publication = answer.publication;
    return answer;
  }

  /** @param {number} track @param {Uint8Array} chunk @param {boolean} isPicture goes only where the sound has room */
  write(track, chunk, isPicture) {
    if (this.socket.unsent > BEHIND_BYTES * (isPicture ? 4 : 1)) this.skipped++;
    else this.socket.send(encodeRecord(track, chunk));
  }

  async unpublish() {
    this.socket.say({ op: "unpublish", publication: this.publication });
  }
}
