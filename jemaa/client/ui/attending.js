// @ts-check
/**
 * Ui. What the pages need of the browser's attendance (`net/attendance.js` has it): types only, nothing runs here.
 * @module
 */

/**
 * @typedef {{name: string, affiliation: string, role: string, channel: string, turns: number, removed: boolean}} Person
 * @typedef {{person: string, channel: string, since: number}} Waiting
 * @typedef {{since: number, muted: boolean}} Holder
 * @typedef {{person: string, kind: "text"|"voice", text: string, note: string|null, duration_ms: number, at: number,
 *   status: "waiting"|"read"|"answered"|"dropped", reason: string}} Question
 * @typedef {{person: string, text: string, at: number, removed: boolean}} Message
 * @typedef {{text: string, language: string, time_ms: number, at: number}} Caption
 * @typedef {{chat: boolean, questions: boolean, hands: boolean}} Doors
 *
 * The state after an event, as `jemaa/meeting/state.py` has it.
 * @typedef {{seq: number, at: number, title: string, room: string,
 *   phase: "announced"|"open"|"suspended"|"closed", recess_reason: string,
 *   agenda: readonly string[], item: number|null, persons: Readonly<Record<string, Person>>,
 *   queue: readonly Waiting[], queue_rule: "arrival"|"alternate"|"first_time", doors: Doors,
 *   floor: Readonly<Record<string, Holder>>, questions: Readonly<Record<string, Question>>,
 *   messages: Readonly<Record<string, Message>>, captions: readonly Caption[], playing: string|null}} State
 *
 * @typedef {{time: number, listeners: Record<string, number>, picture: string|null,
 *   publishing: {person: string, sound: boolean, picture: boolean, level: number}[]}} Status
 */

/**
 * The player: `volume` from 0 to 1, `level` in dBFS of what is heard now.
 * @typedef {{volume: number, readonly level: number, setOutput(deviceId: string): Promise<void>}} Sound
 *
 * A recorded question; `url` plays it back where the browser can, `send` may be repeated and goes on where it stopped.
 * @typedef {{readonly duration_ms: number, readonly url: string|null, send(progress: (done: number) => void): Promise<unknown>,
 *   discard(): void|Promise<void>}} Note
 *
 * @typedef {{readonly level: number, readonly elapsed_ms: number, stop(): Promise<Note>}} NoteRecording
 */

/**
 * @typedef {object} Attending
 * @property {State|null} state null before the first snapshot
 * @property {Status|null} status newest of §3.3
 * @property {string|null} person this person's id
 * @property {string|null} role
 * @property {boolean} isListening
 * @property {boolean} isReceiving
 * @property {{down: string|null, up: string|null, why: string, connected: boolean}} path
 * @property {{kbps: number, bytes: number}} cost
 * @property {{sound: {readonly level: number}|null, picture: object|null}} publishing
 * @property {Sound} sound
 * @property {(modules: string[]) => Promise<unknown>} fetched
 * @property {() => Promise<unknown>} join
 * @property {(wanted: {sound?: boolean, picture?: boolean}) => Promise<unknown>} listen
 * @property {(command: {type: string, [field: string]: unknown}) => Promise<unknown>} command
 * @property {(stream: MediaStream) => Promise<unknown>} publishSound
 * @property {(stream: MediaStream, source: "camera"|"screen", player: HTMLVideoElement) => Promise<unknown>} publishPicture
 * @property {(kind: "sound"|"picture") => Promise<unknown>|void} stopPublishing
 * @property {(canvas: HTMLCanvasElement|null) => void} showPicture
 * @property {"moving"|"still"|"none"} pictureFits
 * @property {{isThin: boolean}} network what is known of the line
 * @property {(stream: MediaStream) => Promise<NoteRecording>|NoteRecording} recordNote
 * @property {() => Promise<Note|null>} pendingNote
 * @property {(type: string, listener: (event: CustomEvent<any>) => void) => void} addEventListener
 */

/** @typedef {(key: string, values?: Record<string, string|number>) => string} Translate */

export {};
