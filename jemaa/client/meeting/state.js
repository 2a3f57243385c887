// @ts-check
/**
 * Meeting. What an event changes: `jemaa/meeting/apply.py` in the browser, over the JSON forms of docs/protocol.md §3.
 *
 * Pure; `tests/vectors/procedure.json` holds both to the same answers.
 * @module
 */

// Of jemaa/limits.py; the vectors have a crowd that exceeds each.
const KEPT_CAPTIONS = 200;
const KEPT_MESSAGES = 200;
const KEPT_QUESTIONS = 500;
const KEPT_PERSONS = 500;

/** @typedef {Record<string, any>} State */
/** @typedef {{seq: number, at: number, type: string, [field: string]: any}} Recorded */

/** The state before the first event. @returns {State} */
export function fresh() {
  return {
    seq: 0,
    at: 0,
    title: "",
    room: "",
    phase: "announced",
    recess_reason: "",
    agenda: [],
    item: null,
    persons: {},
    queue: [],
    queue_rule: "arrival",
    last_channel: null,
    doors: { chat: true, questions: true, hands: true },
    floor: {},
    questions: {},
    messages: {},
    captions: [],
    revoked: [],
    playing: null,
  };
}

/** @param {State} state @param {Recorded} event the next one @returns {State} */
export function apply(state, event) {
  if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} cannot follow ${state.seq}`);
  const change = CHANGES[event.type];
  return { ...state, ...(change ? change(state, event) : {}), seq: event.seq, at: event.at };
}

/** @type {Record<string, (state: State, event: Recorded) => Partial<State>>} */
const CHANGES = {
  session_created: (_, { title, room, agenda }) => ({ title, room, agenda }),
  session_opened: () => ({ phase: "open", recess_reason: "" }),
  session_resumed: () => ({ phase: "open", recess_reason: "" }),
  session_suspended: (_, { reason }) => ({ phase: "suspended", recess_reason: reason, playing: null }),
  session_closed: () => ({ phase: "closed", floor: {}, queue: [], playing: null }),
  agenda_set: (_, { items }) => ({ agenda: items, item: null }),
  item_started: (_, { index }) => ({ item: index }),
  person_introduced: (state, { person, name, affiliation, role, channel }) => {
    const { turns = 0, removed = false } = state.persons[person] ?? {};
    const persons = { ...state.persons, [person]: { name, affiliation, role, channel, turns, removed } };
    return { persons: keptPersons(state, persons, person) };
  },
  hand_raised: (state, { person, channel, at, seq }) => ({
    queue: enter(state, state.queue, { person, channel, since: at, seq }, state.queue_rule),
  }),
  hand_lowered: (state, { person }) => ({ queue: leave(state.queue, person) }),
  queue_moved: (state, { person, place }) => {
    const rest = leave(state.queue, person);
    const moved = state.queue.find((/** @type {any} */ one) => one.person === person);
    return { queue: [...rest.slice(0, place), moved, ...rest.slice(place)] };
  },
  queue_rule_set: (state, { rule }) => {
    const arrived = [...state.queue].sort((a, b) => a.seq - b.seq);
    const queue = arrived.reduce((ordered, one) => enter(state, ordered, one, rule), []);
    return { queue_rule: rule, queue };
  },
  doors_set: (_, { chat, questions, hands }) => ({ doors: { chat, questions, hands } }),
  floor_given: (state, { person, at }) => {
    const known = state.persons[person];
    return {
      floor: { ...state.floor, [person]: { since: at, muted: false } },
      queue: leave(state.queue, person),
      persons: { ...state.persons, [person]: { ...known, turns: known.turns + 1 } },
      last_channel: known.channel,
    };
  },
  floor_taken: (state, { person }) => ({ floor: without(state.floor, person) }),
  person_muted: (state, { person }) => ({ floor: { ...state.floor, [person]: { ...state.floor[person], muted: true } } }),
  person_unmuted: (state, { person }) => ({ floor: { ...state.floor, [person]: { ...state.floor[person], muted: false } } }),
  person_removed: (state, { person }) => ({
    persons: { ...state.persons, [person]: { ...state.persons[person], removed: true } },
    floor: without(state.floor, person),
    queue: leave(state.queue, person),
  }),
  question_asked: (state, { question, person, kind, text, note, duration_ms, at }) => {
    const asked = { person, kind, text, note, duration_ms, at, status: "waiting", reason: "" };
    return { questions: keptQuestions(state, { ...state.questions, [question]: asked }) };
  },
  question_marked: (state, { question, outcome, reason }) => ({
    questions: { ...state.questions, [question]: { ...state.questions[question], status: outcome, reason } },
    playing: state.playing === question ? null : state.playing,
  }),
  note_played: (_, { question }) => ({ playing: question }),
  message_said: (state, { message, person, text, at }) => ({
    messages: newest({ ...state.messages, [message]: { person, text, at, removed: false } }, KEPT_MESSAGES),
  }),
  message_removed: (state, { message }) => {
    const known = state.messages[message];
    return known ? { messages: { ...state.messages, [message]: { ...known, text: "", removed: true } } } : {};
  },
  caption_posted: (state, { text, language, time_ms, at }) => ({
    captions: [...state.captions, { text, language, time_ms, at }].slice(-KEPT_CAPTIONS),
  }),
  invitation_revoked: (state, { invitation }) => ({ revoked: [...state.revoked, invitation] }),
};

/** `jemaa/meeting/queue.py` `enter`. @param {State} state @param {any[]} queue @param {any} newcomer @param {string} rule */
function enter(state, queue, newcomer, rule) {
  const place = placeFor(state, queue, newcomer, rule);
  return [...queue.slice(0, place), newcomer, ...queue.slice(place)];
}

/** @param {State} state @param {any[]} queue @param {any} newcomer @param {string} rule @returns {number} */
function placeFor(state, queue, newcomer, rule) {
  if (rule === "first_time") {
    const { turns } = state.persons[newcomer.person];
    const place = queue.findIndex((waiting) => state.persons[waiting.person].turns > turns);
    return place < 0 ? queue.length : place;
  }
  if (rule !== "alternate") return queue.length;
  const isOnsite = newcomer.channel === "room";
  const last = queue.findLastIndex((waiting) => (waiting.channel === "room") === isOnsite);
  if (last >= 0) return Math.min(last + 2, queue.length);
  const goesSecond = state.last_channel === null || (state.last_channel === "room") === isOnsite;
  return Math.min(goesSecond ? 1 : 0, queue.length);
}

/** @param {any[]} queue @param {string} person */
function leave(queue, person) {
  return queue.filter((waiting) => waiting.person !== person);
}

/** @param {Record<string, any>} from @param {string} key */
function without(from, key) {
  return Object.fromEntries(Object.entries(from).filter(([one]) => one !== key));
}

/** @param {Record<string, any>} kept @param {number} limit */
function newest(kept, limit) {
  const entries = Object.entries(kept);
  return entries.length > limit ? Object.fromEntries(entries.slice(-limit)) : kept;
}

/** `jemaa/meeting/kept.py` `questions`. @param {State} state @param {Record<string, any>} asked */
function keptQuestions(state, asked) {
  const done = Object.keys(asked).filter((name) => asked[name].status !== "waiting" && name !== state.playing);
  return less(asked, done, KEPT_QUESTIONS);
}

/** `jemaa/meeting/kept.py` `persons`. @param {State} state @param {Record<string, any>} known @param {string} besides */
function keptPersons(state, known, besides) {
  if (Object.keys(known).length <= KEPT_PERSONS) return known;
  const named = new Set([besides, ...Object.keys(state.floor)]);
  for (const one of [...state.queue, ...Object.values(state.questions), ...Object.values(state.messages)]) named.add(one.person);
  const isForgettable = (/** @type {any} */ one) => !one.removed && one.turns === 0 && !["chair", "manager"].includes(one.role);
  const idle = Object.keys(known).filter((name) => !named.has(name) && isForgettable(known[name]));
  return less(known, idle, KEPT_PERSONS);
}

/** @param {Record<string, any>} entries @param {string[]} dispensable @param {number} limit */
function less(entries, dispensable, limit) {
  const gone = new Set(dispensable.slice(0, Math.max(0, Object.keys(entries).length - limit)));
  return gone.size > 0 ? Object.fromEntries(Object.entries(entries).filter(([name]) => !gone.has(name))) : entries;
}
