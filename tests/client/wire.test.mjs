// The browser's reading of the same vectors that Python reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import {
  ProtocolError, Reader, decodeChunk, decodePictureConfig, encodeChunk, encodePictureConfig, encodeVarint,
} from "../../jemaa/client/wire/chunk.js";
import { invitationOf } from "../../jemaa/client/wire/invitation.js";
import { RecordStream, decodeRecords, encodeRecord } from "../../jemaa/client/wire/record.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/chunk.json", import.meta.url), "utf8"));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");
const plain = ({ seq, timeMs, frames, isIndependent, isAfterGap, config }) => ({
  seq, time_ms: timeMs, frames: frames.map(hex), independent: isIndependent, gap: isAfterGap, config: hex(config),
});

for (const { value, hex: expected } of vectors.varint) {
  test(`the number ${value}`, () => {
    assert.equal(hex(encodeVarint(value)), expected);
    assert.equal(new Reader(bytes(expected)).varint(), value);
  });
}

for (const vector of vectors.good) {
  test(`chunk: ${vector.name}`, () => {
    const chunk = decodeChunk(bytes(vector.hex));
    assert.deepEqual(plain(chunk), vector.chunk);
    if (vector.canonical) assert.equal(hex(encodeChunk(chunk)), vector.hex);
  });
}

for (const vector of vectors.bad) {
  test(`refused chunk: ${vector.name}`, () => {
    assert.throws(() => decodeChunk(bytes(vector.hex)), (error) => error instanceof ProtocolError && error.code === vector.code);
  });
}

for (const vector of vectors.records) {
  test(`records: ${vector.name}`, () => {
    const found = decodeRecords(bytes(vector.hex)).map(({ track, body }) => [track, hex(body)]);
    assert.deepEqual(found, vector.records);
    assert.equal(vector.records.map(([track, body]) => hex(encodeRecord(track, bytes(body)))).join(""), vector.hex);
  });

  test(`records out of a stream cut anywhere: ${vector.name}`, () => {
    const data = bytes(vector.hex);
    for (let cut = 0; cut <= data.length; cut++) {
      const stream = new RecordStream();
      const found = [...stream.push(data.subarray(0, cut)), ...stream.push(data.subarray(cut))];
      assert.deepEqual(found.map(({ track, body }) => [track, hex(body)]), vector.records);
      assert.equal(stream.rest.length, 0);
    }
  });
}

for (const vector of vectors.bad_records) {
  test(`refused records: ${vector.name}`, () => {
    assert.throws(() => decodeRecords(bytes(vector.hex)), { code: vector.code });
    assert.deepEqual(new RecordStream().push(bytes(vector.hex)), []);
  });
}

test("random bytes are a chunk or refused", () => {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) & 0xff;
  for (let round = 0; round < 5000; round++) {
    const data = Uint8Array.from({ length: random() % 40 }, random);
    try {
      assert.ok(decodeChunk(data).frames.length);
    } catch (error) {
      assert.ok(error instanceof ProtocolError);
    }
  }
});

test("what a key frame says about its decoding", () => {
  const config = { codec: "avc1.42E01F", codedWidth: 640, codedHeight: 360, description: Uint8Array.of(1, 0, 2) };
  assert.deepEqual(decodePictureConfig(encodePictureConfig(config)), config);
  assert.deepEqual(decodePictureConfig(new TextEncoder().encode("vp8 320x180")), {
    codec: "vp8", codedWidth: 320, codedHeight: 180,
  });
  assert.throws(() => decodePictureConfig(new TextEncoder().encode("vp8")), { code: "picture-config" });
});

test("an invitation link says which invitation it is, packed or not; anything else says nothing", async () => {
  const payload = JSON.stringify({ id: "i0123456789ab", meeting: "m", session: "s", role: "chair", expires_at: 1 });
  const plain = Buffer.from(payload).toString("base64url");
  const packed = "." + deflateSync(payload).toString("base64url");
  for (const token of [plain, packed]) {
    assert.equal(await invitationOf(` https://meeting.example/s/1/chair#t=${token}.signature `), "i0123456789ab");
    assert.equal(await invitationOf(`${token}.signature`), "i0123456789ab");
  }
  for (const wrong of ["", "https://meeting.example/s/1", "#t=.AAAA.x", `#t=${Buffer.from('{"id":"p1"}').toString("base64url")}.x`])
    assert.equal(await invitationOf(wrong), null);
});
