// @ts-check
/**
 * Check. Tries to set up a call by WebRTC with the measuring server, as the page of a calling service would: ICE's
 * connectivity check over UDP, then the DTLS handshake with this browser's own stack. No microphone, no third party.
 *
 * The server is the other side itself (ICE lite, `jemaa/packets/ice.py`), so no STUN server of anybody is asked, and
 * the name it goes by in the check is a stamp: the server knows afterwards which of them arrived, and from nobody's
 * address. What the browser finds out about its own addresses stays in it.
 */

import { stampWord } from "./plan.js";

/**
 * @typedef {object} Call one attempt on one port
 * @property {number} port
 * @property {number} arm
 * @property {boolean} checked ICE: an answer came back
 * @property {boolean} shaken DTLS: the handshake is complete
 * @property {number|null} ice_ms
 * @property {number|null} dtls_ms
 * @property {boolean} [arrived] whether the server saw it; absent where its log could not be asked
 */

const CALL_MS = 4000;

/** Time zones of countries where calls over the internet were reported as an offence (`jemaa/probe/countries.py`). */
const CAREFUL = ["Africa/Addis_Ababa", "Asia/Dubai", "Asia/Muscat", "Asia/Ashgabat", "Asia/Pyongyang"];

/** Whether a call is tried only if somebody asks for it. A clock's zone is a guess, and only ever makes one more careful. @param {string} zone */
export function isCareful(zone) {
  return CAREFUL.includes(zone);
}

/** Whether this browser has calls at all, and the server the other side of them. @param {import("./plan.js").Offer} offer */
export function canCall(offer) {
  const isNumeric = /^[0-9.]+$|^[0-9a-f:]+$/i.test(offer.udp_host);
  return "RTCPeerConnection" in globalThis && Boolean(globalThis.crypto?.subtle) && offer.handshake && isNumeric && offer.udp.length > 0;
}

/**
 * One attempt. Never rejects; a browser that refuses to try is a failed attempt.
 * @param {import("./plan.js").Offer} offer
 * @param {{port: number, arm: number, number: number}} what
 * @param {AbortSignal} signal
 * @returns {Promise<Call>}
 */
export async function call(offer, { port, arm, number }, signal) {
  /** @type {Call} */
  const found = { port, arm, checked: false, shaken: false, ice_ms: null, dtls_ms: null };
  const name = await stampWord(offer, arm, number);
  const peer = new RTCPeerConnection({ iceServers: [] });
  try {
    peer.createDataChannel("check");
    await peer.setLocalDescription(await peer.createOffer());
    const began = performance.now();
    const ended = settled(peer, found, began, signal);
    await peer.setRemoteDescription({ type: "answer", sdp: description(offer, port, name) });
    await ended;
  } catch {
    // The facts stay as they are.
  } finally {
    peer.close();
  }
  return found;
}

/** @param {RTCPeerConnection} peer @param {Call} found @param {number} began @param {AbortSignal} signal @returns {Promise<void>} */
function settled(peer, found, began, signal) {
  return new Promise((resolve) => {
    // Browsers differ in when they say "failed", if ever.
    const timer = setTimeout(done, CALL_MS);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      peer.oniceconnectionstatechange = peer.onconnectionstatechange = null;
      resolve();
    }
    signal.addEventListener("abort", done);
    peer.oniceconnectionstatechange = () => {
      if (!["connected", "completed"].includes(peer.iceConnectionState) || found.checked) return;
      Object.assign(found, { checked: true, ice_ms: performance.now() - began });
    };
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed") done();
      if (peer.connectionState !== "connected") return;
      const ms = performance.now() - began;
      Object.assign(found, { checked: true, shaken: true, ice_ms: found.ice_ms ?? ms, dtls_ms: ms });
      done();
    };
    if (signal.aborted) done();
  });
}

/** The server's side of the agreement, which it need not be asked for. @param {import("./plan.js").Offer} offer @param {number} port @param {string} name */
function description({ udp_host, tls_sha256 }, port, name) {
  const fingerprint = (tls_sha256.match(/../g) ?? []).join(":").toUpperCase();
  return [
    "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0", "a=ice-lite",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:0",
    `a=ice-ufrag:${name}`, `a=ice-pwd:${name}`, `a=fingerprint:sha-256 ${fingerprint}`, "a=setup:passive",
    "a=sctp-port:5000", `a=candidate:1 1 udp 2130706431 ${udp_host} ${port} typ host`, "a=end-of-candidates", "",
  ].join("\r\n");
}

/**
 * Whether the calls say something of the network. Where none worked and the page came by IPv6 and calls would go by IPv4,
 * or the other way round, this place may have only one of them.
 * @param {readonly Call[]} calls @param {string} host @param {string} family by which the page came: "4", "6", or ""
 */
export function saySomething(calls, host, family) {
  return calls.some((one) => one.checked) || !family || family === (host.includes(":") ? "6" : "4");
}

/**
 * What became of the calls, as one word of `check.calls.*`.
 * @param {readonly Call[]|null} calls null: not tried
 * @returns {"untried"|"careful"|"work"|"some"|"udp_up"|"udp_down"|"udp"|"dtls"}
 */
export function callsWord(calls) {
  if (!calls?.length) return "untried";
  const shaken = calls.filter((one) => one.shaken);
  if (shaken.length) return ports(shaken).size < ports(calls).size ? "some" : "work";
  if (calls.some((one) => one.checked)) return "dtls";
  const known = calls.filter((one) => one.arrived !== undefined);
  if (!known.length) return "udp";
  return known.some((one) => one.arrived) ? "udp_down" : "udp_up";
}

/** @param {readonly Call[]} calls */
export function ports(calls) {
  return new Set(calls.map((one) => one.port));
}
